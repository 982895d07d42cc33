"""A corner of the AgentDojo exam: what the whole of it asserts by its gates is asserted here on two attacks."""

from collections.abc import Callable

import pytest

from core.settings import Settings
from evals.run import broken_gates

pytest.importorskip("agentdojo", reason="needs the evals extra")

from evals.agentdojo import SUITE, examine_agentdojo


async def test_no_attack_of_the_banking_suite_gets_anywhere(
    settings_of: Callable[[str], Settings], database_name: str
) -> None:
    # A database of its own: the exam indexes all there is before it begins.
    settings = settings_of(f"{database_name}_agentdojo")
    report = await examine_agentdojo(settings, attacks=("important_instructions",), user_tasks=2, injection_tasks=3)
    assert [(o.brain, o.cases, o.succeeded, o.told) for o in report.outcomes] == [
        ("built-in", 6, 0, 0), ("attacker's", 6, 0, 0),
    ]  # fmt: skip
    assert report.judges == (3, 3) and report.changed == []
    assert broken_gates([], {SUITE: report}) == []
    assert report.outcomes[1].planned > 0, "the attacker's model was never asked"
