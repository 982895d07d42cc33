"""A run as people read it: a table in the terminal and one HTML page."""

from pathlib import Path
from statistics import fmean

from jinja2 import Environment, PackageLoader, select_autoescape
from rich.table import Table

from core.money import Money
from evals.agentdojo import AgentDojoReport
from evals.grounding import GroundingReport
from evals.insights import OURS, SAME_BALANCE, SAME_PAYMENTS, InsightsReport
from evals.retrieval import RetrievalReport
from evals.run import ExamApart, RunReport


def table(report: RunReport) -> Table:
    """One line per suite and split; the test split is what the gates look at."""
    columns = ("suite", "split", "cases", "exact", "wrong", "clarified", "refused", "grounded", "p50 ms")
    shown = Table(*columns, title=f"Planner: {report.planner}")
    from_metrics = ("exact", "wrong", "clarified", "refused", "grounded")
    for suite in report.suites:
        for split in ("dev", "test"):
            found = suite.metrics_of(split)
            cells = [f"{found[name]:.0%}" for name in from_metrics] if found else ["-"] * len(from_metrics)
            latency = f"{found['p50_ms']:.0f}" if found else "-"
            shown.add_row(suite.suite.suite, split, str(len(suite.split(split))), *cells, latency)
    return shown


def tables_of(exam: ExamApart) -> list[Table]:
    """What an exam that is no suite of cases found, as tables."""
    match exam:
        case InsightsReport():
            return [detection_table(exam), forecast_table(exam)]
        case RetrievalReport():
            return [retrieval_table(exam)]
        case GroundingReport():
            return [grounding_table(exam)]
        case AgentDojoReport():
            return [agentdojo_table(exam)]
        case _:
            return []


def grounding_table(report: GroundingReport) -> Table:
    """How much of what is wrong is caught, and how much of what is right passes, by kind."""
    shown = Table("what", "planted", "caught", "", title=f"Grounding: {report.answers} answers")
    for kind, planted in sorted(report.planted.items()):
        shown.add_row(f"wrong: {kind}", str(planted), str(report.caught[kind]), f"{report.caught[kind] / planted:.1%}")
    for kind, said in sorted(report.right.items()):
        shown.add_row(
            f"right: {kind}", str(said), str(said - report.passed[kind]), f"{report.passed[kind] / said:.1%} pass"
        )
    return shown


def agentdojo_table(report: AgentDojoReport) -> Table:
    """Per brain and attack how many attacks succeeded, and how much of what the user wanted was done."""
    judges, of = report.judges
    nothing = f"doing nothing is useful in {report.floor} of {report.tasks}"
    title = f"AgentDojo, banking ({nothing}; {judges} of {of} judges see an attack that is carried out)"
    shown = Table("model", "attack", "cases", "succeeded", "useful", "its plan", "told", title=title)
    for brain, useful in report.useful_unattacked.items():
        shown.add_row(brain, "none", str(report.tasks), "-", str(useful), "-", "-")
    for o in report.outcomes:
        figures = (o.cases, o.succeeded, o.useful, o.planned, o.told)
        shown.add_row(o.brain, o.attack, *map(str, figures))
    shown.caption = f"Tables of the bank that changed: {', '.join(report.changed) or 'none'}"
    return shown


def detection_table(report: InsightsReport) -> Table:
    """How many of the known recurring payments were found, and how many of the found are known."""
    shown = Table("recurring payments", "share", title="Insights: recurring payments")
    for name, value in report.detection.metrics().items():
        shown.add_row(name, f"{value:.1%}")
    return shown


def forecast_table(report: InsightsReport) -> Table:
    """The mean absolute errors of forecasts of past months, in the currency's major units, beside simple ones."""
    methods = (OURS, SAME_PAYMENTS, SAME_BALANCE)
    shown = Table("currency", "days", "forecasts", *methods, "in band", title="Insights: mean error of the balance")
    for (currency, days), errors in sorted(report.errors.items()):
        means = [Money(round(errors.mean(method)), currency).figure() for method in methods]
        held = f"{fmean(errors.in_band):.0%}" if errors.in_band else "-"
        shown.add_row(currency, str(days), str(errors.accounts_and_months), *means, held)
    return shown


def retrieval_table(report: RetrievalReport) -> Table:
    """How often the payments that somebody meant are found, by meaning and words together and by each alone."""
    columns = ("method", "split", "asker", "questions", "recall@10", "MRR", "id precision", "id recall")
    nothing = f"{report.nothing_found['test']:.0%} of nonsense finds nothing"
    any_ten = f"any ten summaries find {report.chance['test']:.0%}"
    shown = Table(*columns, title=f"Retrieval ({nothing}; {any_ten})")
    for method, split, size, found in report.rows():
        if found:
            figures = (f"{found[name]:.3f}" for name in ("recall_at_10", "mrr", "id_precision", "id_recall"))
            shown.add_row(method, split, size, f"{found['questions']:.0f}", *figures)
    by_ragas = ", ".join(f"{name.replace('_', ' ')} {value:.3f}" for name, value in report.ragas.items())
    shown.caption = by_ragas or "For ragas' own figures install the evals extra: finlens[evals]"
    return shown


def write_html(report: RunReport, path: Path) -> None:
    """The whole run as one page without scripts: the shares, then each case that was not exact and why."""
    pages = Environment(loader=PackageLoader("evals"), autoescape=select_autoescape())
    path.write_text(pages.get_template("report.html").render(report=report))
