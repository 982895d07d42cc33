"""`finlens bench ledger`: payments over HTTP, in five designs that keep the same promises (the last keeps none)."""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from typing import Any

import msgspec
import psutil
import psycopg
import uvloop

from core.errors import SetupError
from finlens.bench import designs, jobs
from finlens.bench.books import Acknowledged, judge, moment
from finlens.bench.load import Burst, UnexpectedAnswer, fire
from finlens.bench.measure import Cost, Figures, Meter, machine, middle, percentile
from finlens.bench.outbox import outbox_cost
from finlens.bench.payments import Payments
from finlens.bench.stage import Report, Stage, free_port, stage
from finlens.presence import find
from finlens.processes import Supervisor, interrupts

ACCOUNTS = 10_000
ROUNDS = 5
CONNECTIONS = 128
BULK_CONNECTIONS = 8
BULK_SIZE = 1_000
BULK_STATUS = 200
HOT_SHARE = 0.5
WARM_UP_S = 0.4
READY_TIMEOUT_S = 120.0
SEED = 2026


@dataclass(frozen=True)
class Scene:
    """One kind of burst."""

    design: str
    is_hot: bool = False
    is_slow_disk: bool = False
    has_jobs: bool = False

    @property
    def is_bulk(self) -> bool:
        return self.design == "bulk"

    @property
    def name(self) -> str:
        marks = {"hot": self.is_hot, "slow_disk": self.is_slow_disk, "jobs": self.has_jobs}
        return "_".join([self.design, *(mark for mark, is_set in marks.items() if is_set)])


BASELINES = tuple(designs.DESIGNS)
DESIGNS = ("orm", "function", "single", "bulk", "noop")
SCENES = (
    *(Scene(design) for design in DESIGNS),
    *(Scene(design, is_slow_disk=True) for design in DESIGNS if design != "noop"),
    Scene("single", is_hot=True),
    Scene("single", is_hot=True, is_slow_disk=True),
    Scene("single", has_jobs=True),
)
RATIOS = {
    "single_vs_orm": ("single", "orm"),
    "single_vs_noop": ("single", "noop"),
    "single_vs_function": ("single", "function"),
    "hot_vs_uniform": ("single_hot", "single"),
    "bulk_vs_single": ("bulk", "single"),
    "fraud_on_vs_off": ("single_jobs", "single"),
    "single_vs_orm_slow_disk": ("single_slow_disk", "orm_slow_disk"),
    "single_vs_function_slow_disk": ("single_slow_disk", "function_slow_disk"),
    "hot_vs_uniform_slow_disk": ("single_hot_slow_disk", "single_slow_disk"),
}


def bench_ledger(report: Report, *, seconds: float) -> dict[str, Any]:
    """The report: each scene is played in each round, in an order that is shuffled anew, for that many seconds."""
    supervisor = Supervisor(report)
    with interrupts(again=supervisor.end_now), stage(report, accounts=ACCOUNTS) as own, supervisor:
        _require_durable(own)
        play = _Play(own, supervisor, report, seconds)
        played: dict[str, list[Figures]] = {scene.name: [] for scene in SCENES}
        for number in range(1, ROUNDS + 1):
            with own.superuser() as connection:
                connection.execute("CHECKPOINT")
            for scene in random.sample(SCENES, len(SCENES)):
                report(f"Round {number} of {ROUNDS}: {scene.name}")
                played[scene.name].append(play.burst(scene))
        report("The cost of the outbox")
        return {**_document(played), "outbox_cost": outbox_cost(own), "checks_failed": play.checks_failed}


def _document(played: dict[str, list[Figures]]) -> dict[str, Any]:
    figures = {name: middle(rounds) for name, rounds in played.items()}

    def times(over: str, under: str, cost: Callable[[Figures], float]) -> float:
        return round(cost(figures[over]) / cost(figures[under]), 2)

    return {
        "machine": machine(),
        "designs": {name: figures[name] for name in DESIGNS},
        "scenes": {name: each for name, each in figures.items() if name not in DESIGNS},
        "ratios": {name: times(*pair, lambda each: each["per_s"]) for name, pair in RATIOS.items()},
        "cpu_ratios": {
            name: times(under, over, lambda each: each["app_us"] + each["pg_us"])
            for name, (over, under) in RATIOS.items()
        },
    }


def _require_durable(own: Stage) -> None:
    """As the application itself sees it: the figures of a server that may forget would be worth nothing."""
    with psycopg.connect(own.server.url("finlens_app")) as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            value = connection.execute("SELECT current_setting(%s)", (setting,)).fetchone()
            if value != ("on",):
                raise SetupError(f"The stage runs with {setting}={value and value[0]}")


class _Answer(msgspec.Struct):
    id: str | None
    status: str


class _BulkAnswers(msgspec.Struct):
    items: list[_Answer]


_answer, _bulk_answers = msgspec.json.Decoder(_Answer), msgspec.json.Decoder(_BulkAnswers)


class _Play:
    """Every design, served by a process of its own, on one stage."""

    def __init__(self, own: Stage, supervisor: Supervisor, report: Report, seconds: float) -> None:
        self._stage, self._report, self._seconds = own, report, seconds
        self._ports = {"api": free_port(), **{name: free_port() for name in BASELINES}}
        supervisor.start(own.program("api", "finlens", "serve", "api", "--leash", port=self._ports["api"]))
        for name in BASELINES:
            supervisor.start(own.program(name, designs.__name__, name, port=self._ports[name]))
        supervisor.wait_until_ready(READY_TIMEOUT_S)
        self._uniform = Payments(own.accounts, seed=SEED)
        self._hot = Payments(own.accounts, seed=SEED, hot_share=HOT_SHARE)
        self.checks_failed: list[str] = []

    def burst(self, scene: Scene) -> Figures:
        """The figures of one burst; what the books say against it is added to `checks_failed`."""
        self._stage.set_slow_disk(scene.is_slow_disk)
        with self._stage.superuser() as connection:
            connection.execute("TRUNCATE ledger.outbox")
            before = moment(connection)
            with self._jobs() if scene.has_jobs else nullcontext():
                warm_up = self._fire(scene, WARM_UP_S)
                cost, burst = self._measured(scene)
            if scene.design != "noop":
                acknowledged = [*_acknowledged(warm_up), *_acknowledged(burst)]
                self.checks_failed += [
                    f"{scene.name}: {said}" for said in judge(connection, acknowledged, before).failures
                ]
        return _figures(burst, cost)

    def _measured(self, scene: Scene) -> tuple[Cost, Burst]:
        app = find(self._stage.settings.home, self._server(scene))
        postgres = self._stage.postgres.pid()
        if app is None or postgres is None:
            raise SetupError(f"The server of {scene.name} has ended")
        meter = Meter(app, psutil.Process(postgres))
        burst = self._fire(scene, self._seconds)
        return meter.cost(), burst

    def _fire(self, scene: Scene, seconds: float) -> Burst:
        payments = self._hot if scene.is_hot else self._uniform
        token = self._stage.token()
        shots = payments.bulk(token, BULK_SIZE) if scene.is_bulk else payments.single(token)
        connections = BULK_CONNECTIONS if scene.is_bulk else CONNECTIONS
        status = BULK_STATUS if scene.is_bulk else 201
        port = self._ports[self._server(scene)]
        return uvloop.run(fire(port, shots, connections=connections, seconds=seconds, status=status))

    def _server(self, scene: Scene) -> str:
        return scene.design if scene.design in BASELINES else "api"

    @contextmanager
    def _jobs(self) -> Iterator[None]:
        """The ledger's background jobs beside the burst."""
        with Supervisor(self._report) as beside:
            beside.start(self._stage.program(jobs.NAME, jobs.__name__))
            beside.wait_until_ready(READY_TIMEOUT_S)
            yield


def _figures(burst: Burst, cost: Cost) -> Figures:
    """Per payment, bulk or not; latencies per request."""
    payments = sum(len(asked) for asked, _ in burst.answers)
    ours_s = cost.app_s + cost.postgres_s + burst.generator_cpu_s
    return {
        "per_s": payments / burst.seconds,
        "p50_ms": 1e3 * percentile(burst.latencies_s, 0.5),
        "p99_ms": 1e3 * percentile(burst.latencies_s, 0.99),
        "app_us": 1e6 * cost.app_s / payments,
        "pg_us": 1e6 * cost.postgres_s / payments,
        "generator_us": 1e6 * burst.generator_cpu_s / payments,
        "cpus_elsewhere": max(0.0, cost.machine_s - ours_s) / burst.seconds,
    }


def _acknowledged(burst: Burst) -> Iterator[Acknowledged]:
    """What was promised. Raises UnexpectedAnswer if a payment of a bulk was refused: all can be paid."""
    for asked, body in burst.answers:
        answers = _bulk_answers.decode(body).items if len(asked) > 1 else [_answer.decode(body)]
        for payment, answer in zip(asked, answers, strict=True):
            if answer.status != "success" or answer.id is None:
                raise UnexpectedAnswer(f"Payment {payment.key} was answered with {answer}")
            yield Acknowledged(*payment, answer.id)
