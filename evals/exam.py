"""Cases of an exam: a question, who asks it, and the query on the raw ledger that says what is right."""

from pathlib import Path
from typing import Literal, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, model_validator

from core.errors import InvalidRequest

FOLDER = Path(__file__).parent / "cases"

Unit = Literal["money", "count", "percent", "days", "date", "text"]
Split = Literal["dev", "test"]


class Expected(BaseModel):
    """What a right answer holds: a status, and for an answered one the first figure, as a SELECT of one value."""

    model_config = ConfigDict(extra="forbid")

    status: Literal["answered", "clarify", "out_of_scope", "no_data"] = "answered"
    or_status: list[Literal["answered", "clarify", "out_of_scope", "no_data"]] = []
    """Other statuses that are as right: some questions may be declined or asked back about."""
    unit: Unit | None = None
    sql: str | None = None
    """Over the tables of cases/payments.sql; money in minor units, percent as 12.5. An answer that no query on the past
    can know, a forecast say, has none: any figure of the unit will do."""

    @model_validator(mode="after")
    def _figure_when_answered(self) -> Self:
        if (self.status == "answered") != (self.unit is not None) or (self.sql and not self.unit):
            raise ValueError("an answered case needs a unit, any other has neither unit nor sql")
        return self


class Case(BaseModel):
    """One question; `before` are earlier turns of the same conversation. `let` fills names from the data into it."""

    model_config = ConfigDict(extra="forbid")

    id: str
    split: Split
    ask: str
    before: list[str] = []
    let: dict[str, str] = {}
    asker: str = Field(alias="as", default="customer@finlens.example")
    expect: Expected


class Suite(BaseModel):
    model_config = ConfigDict(extra="forbid")

    suite: str
    cases: list[Case]

    @model_validator(mode="after")
    def _unique(self) -> Self:
        ids = [case.id for case in self.cases]
        if len(set(ids)) < len(ids):
            raise ValueError("case ids must be unique within a suite")
        return self


def load_suites(names: list[str] | None = None) -> list[Suite]:
    """The suites of `evals/cases`, all of them or those named. Raises InvalidRequest for a name that is not there.

    Files may share a suite: one author's wording per file keeps the splits apart.
    """
    by_name: dict[str, Suite] = {}
    for path in sorted(FOLDER.glob("*.yaml")):
        part = Suite.model_validate(yaml.safe_load(path.read_text()))
        known = by_name.get(part.suite)
        by_name[part.suite] = Suite(suite=part.suite, cases=[*(known.cases if known else []), *part.cases])
    missing = set(names or []) - set(by_name)
    if missing:
        raise InvalidRequest(f"There is no suite {', '.join(sorted(missing))}; there are {', '.join(sorted(by_name))}")
    return [suite for name, suite in by_name.items() if not names or name in names]
