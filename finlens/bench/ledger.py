"""`finlens bench ledger`: payments over HTTP, in five designs that keep the same promises (the last keeps none)."""

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from itertools import chain

import msgspec
import psutil
import uvloop

from core.errors import SetupError
from finlens.bench.books import Acknowledged, judge
from finlens.bench.load import Burst, fire
from finlens.bench.measure import cpu_s, machine, middle, percentile
from finlens.bench.outbox import outbox_cost
from finlens.bench.payments import Payments
from finlens.bench.stage import Report, Stage, free_port, stage
from finlens.presence import find
from finlens.processes import Supervisor

ACCOUNTS = 10_000
ROUNDS = 3
CONNECTIONS = 128
BULK_CONNECTIONS = 8
BULK_SIZE = 1_000
HOT_SHARE = 0.5
WARM_UP_S = 0.4
READY_TIMEOUT_S = 120.0
SEED = 20_26

PRODUCT = ("finlens", "serve", "api", "--leash")
WORKER = ("finlens", "serve", "worker", "--leash")


@dataclass(frozen=True)
class Scene:
    """One kind of burst."""

    design: str
    is_hot: bool = False
    is_slow_disk: bool = False
    has_worker: bool = False

    @property
    def is_bulk(self) -> bool:
        return self.design == "bulk"

    @property
    def name(self) -> str:
        marks = {"hot": self.is_hot, "slow_disk": self.is_slow_disk, "worker": self.has_worker}
        return "_".join([self.design, *(mark for mark, is_set in marks.items() if is_set)])


DESIGNS = ("orm", "function", "single", "bulk", "noop")
SCENES = (
    *(Scene(design) for design in DESIGNS),
    *(Scene(design, is_slow_disk=True) for design in DESIGNS if design != "noop"),
    Scene("single", is_hot=True),
    Scene("single", is_hot=True, is_slow_disk=True),
    Scene("single", has_worker=True),
)
RATIOS = {
    "single_vs_orm": ("single", "orm"),
    "single_vs_noop": ("single", "noop"),
    "single_vs_function": ("single", "function"),
    "hot_vs_uniform": ("single_hot", "single"),
    "bulk_vs_single": ("bulk", "single"),
    "fraud_on_vs_off": ("single_worker", "single"),
    "single_vs_orm_slow_disk": ("single_slow_disk", "orm_slow_disk"),
    "single_vs_function_slow_disk": ("single_slow_disk", "function_slow_disk"),
    "hot_vs_uniform_slow_disk": ("single_hot_slow_disk", "single_slow_disk"),
}
