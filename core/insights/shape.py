"""What of a question decides the text of its SQL. All the rest (whose it is, periods, words, limits) is a parameter, so
that a statement made once can be run for everybody who asks alike, and can hold nobody's data."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple
from uuid import UUID

from core.identity.access import Principal
from core.insights.buckets import CALENDAR
from core.insights.catalogue import is_percent
from core.insights.query import Dimension, Filter, Flow, InsightQuery, Measure, Operator, Order

_NOBODY = UUID(int=0)

_NAMED_AND_KNOWN_BY_ID = {Dimension.ACCOUNT: "account_id", Dimension.CUSTOMER: "customer_id"}


class FilterShape(NamedTuple):
    """A condition without its values; `name` is what its parameter is called."""

    field: str
    operator: Operator
    name: str


@dataclass(frozen=True, slots=True)
class Part:
    """Measures that speak of the same entries: those of the query (no suffix), or a conditional one."""

    suffix: str
    measures: tuple[Measure, ...]
    filters: tuple[FilterShape, ...] = ()

    def column(self, measure: Measure) -> str:
        """What the measure is called in the SQL. Names that a user made up are never part of it."""
        return f"conditional{self.suffix}" if self.suffix else measure.value


class RatioShape(NamedTuple):
    column: str
    part: str
    whole: str
    is_percent: bool


@dataclass(frozen=True, slots=True)
class Shape:
    asker: Principal
    """Somebody of the same role who is nobody: a parameter that were forgotten would find nothing."""
    parts: tuple[Part, ...]
    ratios: tuple[RatioShape, ...]
    group_by: tuple[Dimension, ...]
    filters: tuple[FilterShape, ...]
    flow: Flow
    is_compared: bool
    having: tuple[tuple[str, Operator], ...]
    order: tuple[str, bool] | None
    others: bool
    is_limited_per: bool
    rows_first: str
    is_summed: bool = False
    """Whether the sums of whole days answer it, in place of the entries."""

    @property
    def measures(self) -> tuple[Measure, ...]:
        """Every measure that is computed, plain or conditional."""
        return tuple(measure for part in self.parts for measure in part.measures)

    @property
    def sides(self) -> tuple[str, ...]:
        """What the columns of the period asked about, and of the one compared with, end with."""
        return ("", "_before") if self.is_compared else ("",)

    @property
    def keys(self) -> list[str]:
        """Columns that tell the groups of a currency apart; two accounts may have one name."""
        return [name for dimension in self.group_by for name in columns_of(dimension)]

    @property
    def calendar(self) -> Dimension | None:
        return next((dimension for dimension in self.group_by if dimension in CALENDAR), None)

    def shows(self, *dimensions: Dimension) -> bool:
        return not set(dimensions).isdisjoint(self.group_by)

    def uses(self, field: str) -> bool:
        """Whether the query groups or filters by `field`, anywhere."""
        filters = (*self.filters, *(given for part in self.parts for given in part.filters))
        return field in self.group_by or any(given.field == field for given in filters)


def columns_of(dimension: Dimension) -> tuple[str, ...]:
    """Columns of the SQL that stand for a dimension, its name first. Currency is always there."""
    if dimension is Dimension.CURRENCY:
        return ()
    known_by = _NAMED_AND_KNOWN_BY_ID.get(dimension)
    return (dimension.value, known_by) if known_by else (dimension.value,)


def shape_of(query: InsightQuery, principal: Principal) -> Shape:
    names = column_names(query)
    return Shape(
        asker=_anybody_like(principal),
        parts=(
            Part("", query.measures),
            *(
                Part(f"_{n}", (conditional.measure,), filter_shapes(conditional.filters, f"when_{n}"))
                for n, conditional in enumerate(query.conditional)
            ),
        ),
        ratios=tuple(
            RatioShape(names[ratio.name], names[ratio.part], names[ratio.whole], is_percent(query, ratio))
            for ratio in query.ratios
        ),
        group_by=query.group_by,
        filters=filter_shapes(query.filters, "filter"),
        flow=query.flow,
        is_compared=query.compare is not None,
        having=tuple((names[having.by], having.operator) for having in query.having),
        order=_order(query.order, names),
        others=query.others,
        is_limited_per=query.limit_per is not None,
        rows_first=query.rows_first,
    )


def column_names(query: InsightQuery) -> dict[str, str]:
    """For each column of measures, by the name it has in the result, the name it has in the SQL."""
    return {
        **{measure.value: measure.value for measure in query.measures},
        **{conditional.name: f"conditional_{n}" for n, conditional in enumerate(query.conditional)},
        **{ratio.name: f"ratio_{n}" for n, ratio in enumerate(query.ratios)},
    }


def filter_shapes(filters: Sequence[Filter], prefix: str) -> tuple[FilterShape, ...]:
    return tuple(FilterShape(given.field, given.operator, f"{prefix}_{n}") for n, given in enumerate(filters))


def _order(order: Order | None, names: dict[str, str]) -> tuple[str, bool] | None:
    return order and (names.get(order.by, str(order.by)), order.descending)


def _anybody_like(principal: Principal) -> Principal:
    return replace(
        principal,
        subject="",
        email="",
        name="",
        customer_id=principal.customer_id and _NOBODY,
        bank_id=principal.bank_id and _NOBODY,
        time_zone="UTC",
    )
