"""`finlens bench ask` over few payments: every kind of question is measured, and a refusal is no answer."""

import pytest

from finlens.bench import ask
from finlens.bench.ask import QUESTIONS, Asked, bench_ask


def test_every_figure_is_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ask, "CUSTOMERS", 1)
    report = bench_ask(lambda _: None, rows=10_000)
    assert report["rows"] == 10_000 and report["questions"] >= len(QUESTIONS)
    assert 0 < report["p50_ms"] <= report["p95_ms"] and report["per_s"] > 0
    assert report["at_once"]["p50_ms"] > 0 and report["cpu_ms"]["api"] > 0 and report["cpu_ms"]["postgres"] > 0
    assert {*report["kinds_p95_ms"]} >= {*QUESTIONS}
    assert report["failures"] == []


def test_a_quick_refusal_is_no_answer() -> None:
    asked = [
        Asked("total", "clarify", 0.01), Asked("total", "answered", 0.01), Asked("list", "no_data", 0.01),
        Asked("refused", "out_of_scope", 0.01), Asked("refused", "answered", 0.01), Asked("follow_up", "clarify", 0.01),
    ]  # fmt: skip
    assert ask._unexpected(asked) == ["refused: answered (1 times)", "total: clarify (1 times)"]
