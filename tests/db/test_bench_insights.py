"""`finlens bench insights` over few payments: every figure is there, and each was measured."""

from finlens.bench.insights import BANK_QUESTIONS, QUESTIONS, bench_insights

FIGURES = (
    "customer_p50_ms", "customer_p95_ms", "bank_p95_ms", "overview_p95_ms", "heavy_p95_ms", "heavy_vs_ordinary",
    "growth",
)  # fmt: skip


def test_every_figure_is_measured() -> None:
    report = bench_insights(lambda _: None, rows=10_000)
    assert report["rows"] == 10_000
    assert all(report[name] > 0 for name in FIGURES)
    assert {*report["heavy_questions_vs_ordinary"]} == {*QUESTIONS}
    assert {*report["questions_p95_ms"]} == {*QUESTIONS, *BANK_QUESTIONS}
    for baseline in ("scan", "duckdb"):
        assert report["baselines"][baseline]["customer_p95_ms"] > 0
        assert report["baselines"][baseline]["bank_p95_ms"] > 0
