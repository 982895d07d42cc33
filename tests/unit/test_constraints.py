"""constraints.txt pins whatever may be installed, by name and version alone."""

import re
import tomllib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parents[2]


def lines() -> list[str]:
    text = (ROOT / "constraints.txt").read_text()
    return [line for line in text.splitlines() if not line.startswith("#")]


def pins() -> dict[str, Version]:
    pairs = [line.split("==") for line in lines()]
    return {canonicalize_name(name): Version(number) for name, number in pairs}


def declared() -> list[Requirement]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = [line for extra in project["optional-dependencies"].values() for line in extra]
    return [Requirement(line) for line in (*project["dependencies"], *extras)]


def test_every_line_is_a_name_and_an_exact_version() -> None:
    assert [line for line in lines() if not re.fullmatch(r"[a-z0-9-]+==[0-9][0-9a-z.]*", line)] == []


@pytest.mark.parametrize("requirement", declared(), ids=lambda requirement: requirement.name)
def test_every_declared_dependency_is_pinned_where_the_project_allows_it(requirement: Requirement) -> None:
    assert pins()[canonicalize_name(requirement.name)] in requirement.specifier


def test_what_is_installed_here_is_what_is_pinned() -> None:
    drifted = {name: found for name, pin in pins().items() if (found := installed(name)) not in (None, pin)}
    assert drifted == {}


def installed(name: str) -> Version | None:
    try:
        # The CPU build of torch calls itself 2.13.0+cpu.
        return Version(Version(version(name)).public)
    except PackageNotFoundError:
        return None
