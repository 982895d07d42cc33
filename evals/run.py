"""Runs suites against the analyst, as the askers they name, and gathers the scores."""

import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from agents.answer import Answer
from agents.chat import Analyst
from core.db import Database
from core.identity.users import principal_by_email
from core.ids import new_id
from core.periods import today_in
from evals.exam import Case, Suite
from evals.metrics import Score, floors, score, shares
from evals.truth import Examiner

GATES = Path(__file__).parent / "gates.toml"


class ExamApart(Protocol):
    """What an exam that is no suite of cases found."""

    @property
    def metrics(self) -> dict[str, float]:
        """What the gates look at."""
        ...

    def document(self) -> dict[str, object]: ...


@dataclass(frozen=True, slots=True)
class SuiteReport:
    suite: Suite
    scores: list[Score]

    def split(self, name: str) -> list[Score]:
        return [score for score in self.scores if score.case.split == name]

    def metrics_of(self, split: str) -> dict[str, float]:
        """Shares on one split; nothing was tuned on `test`."""
        return shares(self.split(split))


@dataclass(frozen=True, slots=True)
class RunReport:
    run_id: UUID
    started_at: datetime
    planner: str
    suites: list[SuiteReport]
    apart: Mapping[str, ExamApart] = field(default_factory=dict[str, ExamApart])
    """The exams that are no suites of cases, those that were taken, by name."""
    broken_gates: list[str] = field(default_factory=list[str])

    @property
    def gates_ok(self) -> bool:
        return not self.broken_gates

    def document(self) -> dict[str, object]:
        """The report as CONTRACTS promises it to machines; metrics are of the test split."""
        return {
            "run_id": str(self.run_id),
            "started_at": self.started_at.isoformat(),
            "planner": self.planner,
            "suites": self._suites(),
            "broken_gates": self.broken_gates,
            "gates_ok": self.gates_ok,
        }

    def _suites(self) -> dict[str, object]:
        asked: dict[str, object] = {report.suite.suite: _suite_document(report) for report in self.suites}
        return {**asked, **{name: exam.document() for name, exam in self.apart.items()}}


async def run_suites(
    suites: Sequence[Suite],
    *,
    analyst: Analyst,
    database: Database,
    as_of: date | None = None,
    apart: Mapping[str, ExamApart] = MappingProxyType({}),
    progress: Callable[[str], None] = lambda _: None,
) -> RunReport:
    """Ask every case of `suites`, compare with the examiner's figures, and hold the result against the gates.

    `apart` are the exams that are no suites of cases, where they were taken.
    """
    reports: list[SuiteReport] = []
    for suite in suites:
        scores: list[Score] = []
        for case in suite.cases:
            progress(f"{suite.suite}: {case.id}")
            scores.append(await _examine(case, analyst, database, as_of))
        reports.append(SuiteReport(suite, scores))
    gates = broken_gates(reports, apart)
    return RunReport(new_id(), datetime.now(UTC), "builtin", reports, apart, gates)


def broken_gates(reports: Sequence[SuiteReport], apart: Mapping[str, ExamApart] = MappingProxyType({})) -> list[str]:
    """A sentence for each gate of gates.toml that the test split of a suite missed."""
    gates = tomllib.loads(GATES.read_text())
    measured = {report.suite.suite: report.metrics_of("test") for report in reports}
    measured |= {name: exam.metrics for name, exam in apart.items()}
    return [
        f"{suite}: {metric} is {value:.3f}, the gate is {bounds}"
        for suite, metrics in measured.items()
        for metric, bounds in gates.get(suite, {}).items()
        if (value := metrics.get(metric)) is not None
        and not bounds.get("at_least", value) <= value <= bounds.get("at_most", value)
    ]


async def _examine(case: Case, analyst: Analyst, database: Database, as_of: date | None) -> Score:
    async with database.unit() as session:
        principal = await principal_by_email(session, case.asker)
        today = as_of or today_in(principal.zone, datetime.now(UTC))
        examiner = Examiner(await session.connection(), principal, today)
        names = {name: str(await examiner.value(select, {})) for name, select in case.let.items()}
        expected = await examiner.value(case.expect.sql, names) if case.expect.sql else None
    conversation: UUID | None = None
    answer: Answer | None = None
    for turn in [*case.before, case.ask]:
        answer = await analyst.ask(turn.format(**names), principal, conversation_id=conversation, today=as_of)
        conversation = answer.conversation_id
    assert answer is not None
    return score(case, expected, answer)


def _suite_document(report: SuiteReport) -> dict[str, object]:
    failed = [score for score in report.scores if score.why]
    return {
        "cases": len(report.scores),
        "metrics": report.metrics_of("test"),
        "dev": report.metrics_of("dev"),
        "floors": floors([score.case for score in report.split("test")]),
        "failures": [{"case": s.case.id, "split": s.case.split, "ask": s.case.ask, "why": s.why} for s in failed],
    }
