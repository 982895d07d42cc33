"""REST of insights: ask a query, learn what can be asked, and the overview page in one answer."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from core.identity.guard import CurrentPrincipal, Look, ServicesOf
from core.insights import rules_routes
from core.insights.catalogue import Catalogue, catalogue
from core.insights.compute import compute
from core.insights.export import to_csv
from core.insights.overview import Overview, overview
from core.insights.query import InsightQuery, InsightResult
from core.periods import today_in

CSV = "text/csv"

_AS_CSV: dict[int | str, dict[str, Any]] = {
    200: {"description": "The figures; as CSV when the Accept header asks for it", "content": {CSV: {}}}
}

router = APIRouter(prefix="/insights", tags=["insights"])
router.include_router(rules_routes.router)


@router.post("/query", response_model=InsightResult, responses=_AS_CSV)
async def ask(
    query: InsightQuery, request: Request, principal: CurrentPrincipal, look: Look, explain: bool = False
) -> InsightResult | Response:
    """The figures of one InsightQuery over what the caller may see; `explain` adds the SQL that computed them."""
    result = await compute(look, principal, query, explain=explain)
    if CSV in request.headers.get("accept", ""):
        name = {"Content-Disposition": 'attachment; filename="insights.csv"'}
        return Response(to_csv(result), media_type=f"{CSV}; charset=utf-8", headers=name)
    return result


@router.get("/catalogue")
async def read_catalogue(_: CurrentPrincipal) -> Catalogue:
    """Measures, dimensions and filters, which of them go together, and the JSON schema of InsightQuery."""
    return catalogue()


@router.get("/overview")
async def read_overview(
    principal: CurrentPrincipal,
    look: Look,
    services: ServicesOf,
    month: Annotated[str | None, Query(pattern=r"^(19[5-9]\d|20\d\d)-(0[1-9]|1[0-2])$", examples=["2026-05"])] = None,
) -> Overview:
    """A month (this one, unless named) against the one before, where it went, the year's course, the accounts."""
    today = today_in(principal.zone, services.now())
    first = date.fromisoformat(f"{month}-01") if month else today
    return await overview(look, principal, month=first, today=today)
