"""REST of insights: ask a query, learn what can be asked, and the overview page in one answer."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query, Request, Response

from core.identity.guard import CurrentPrincipal, Look, ServicesOf
from core.insights import budget_routes, pattern_routes, rules_routes, spending_routes, suggestion_routes
from core.insights.catalogue import Catalogue, catalogue
from core.insights.compute import compute
from core.insights.export import EXPORTS, Format
from core.insights.overview import Overview, overview
from core.insights.query import InsightQuery, InsightResult
from core.periods import today_in

_AS_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The figures; as a file when `format` or the Accept header asks for one",
        "content": {export.media_type: {} for export in EXPORTS.values()},
    }
}

router = APIRouter(prefix="/insights", tags=["insights"])
for part in (rules_routes, suggestion_routes, spending_routes, budget_routes, pattern_routes):
    router.include_router(part.router)


@router.post("/query", response_model=InsightResult, responses=_AS_FILE)
async def ask(
    query: InsightQuery,
    request: Request,
    principal: CurrentPrincipal,
    look: Look,
    explain: bool = False,
    format: Format | None = None,
) -> InsightResult | Response:
    """The figures of one InsightQuery over what the caller may see; `explain` adds the SQL that computed them, and how
    PostgreSQL means to run it."""
    result = await compute(look, principal, query, explain=explain)
    wanted = format or _accepted(request.headers.get("accept", ""))
    return _as_file(result, wanted) if wanted else result


def _accepted(accept: str) -> Format | None:
    """The format of the first media type named that is a file's."""
    named = [part.split(";")[0].strip() for part in accept.split(",")]
    formats = {export.media_type: format for format, export in EXPORTS.items()}
    return next((formats[media_type] for media_type in named if media_type in formats), None)


def _as_file(result: InsightResult, format: Format) -> Response:
    export = EXPORTS[format]
    name = {"Content-Disposition": f'attachment; filename="insights.{format}"'}
    return Response(export.write(result), media_type=export.media_type, headers=name)


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
