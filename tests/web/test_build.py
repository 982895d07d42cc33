import os
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from core.errors import SetupError
from webapp import build


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout with two source files, whose builds go into it."""
    (tmp_path / "webapp").mkdir()
    (tmp_path / "webapp" / "app.py").write_text("app = 1")
    (tmp_path / "rxconfig.py").write_text("config = 1")
    monkeypatch.setattr(build, "ROOT", tmp_path)
    monkeypatch.setattr(build, "DIST", tmp_path / "dist")
    monkeypatch.setattr(build, "_WORKSHOP", tmp_path / "dist" / "workshop")
    return tmp_path


def _builder(checkout: Path, builds: list[str], seconds: float = 0.0):
    def run(progress: build.Progress) -> Path:
        time.sleep(seconds)
        builds.append("built")
        web = checkout / "dist" / "workshop" / ".web"
        (web / "build" / "client").mkdir(parents=True, exist_ok=True)
        (web / "build" / "client" / "index.html").write_text("<html>")
        (web / "routes.json").write_text("[]")
        return web

    return run


def test_the_hash_follows_the_sources_and_nothing_else(checkout: Path):
    before = build.source_hash()
    (checkout / "webapp" / "__pycache__").mkdir()
    (checkout / "webapp" / "__pycache__" / "app.pyc").write_bytes(b"1")
    (checkout / "assets" / "external").mkdir(parents=True)
    (checkout / "assets" / "external" / "echart.jsx").write_text("linked by Reflex")
    (checkout / "README.md").write_text("words")
    assert build.source_hash() == before
    (checkout / "assets" / "theme.css").write_text("body {}")
    assert build.source_hash() != before


def test_moving_text_from_one_file_to_the_next_changes_the_hash(checkout: Path):
    before = build.source_hash()
    (checkout / "rxconfig.py").write_text("config = 1a")
    (checkout / "webapp" / "app.py").write_text("pp = 1")
    assert build.source_hash() != before


def test_a_front_end_is_built_once_per_state_of_its_sources(checkout: Path, monkeypatch: pytest.MonkeyPatch):
    builds: list[str] = []
    monkeypatch.setattr(build, "_build", _builder(checkout, builds))
    folder = build.ensure_built()
    assert build.ensure_built() == folder
    assert (folder / "build" / "client" / "index.html").exists()
    (checkout / "rxconfig.py").write_text("config = 2")
    assert build.ensure_built() != folder
    assert len(builds) == 2


def test_processes_that_start_together_share_one_build(checkout: Path, monkeypatch: pytest.MonkeyPatch):
    builds: list[str] = []
    monkeypatch.setattr(build, "_build", _builder(checkout, builds, seconds=0.2))
    starters = [threading.Thread(target=build.ensure_built) for _ in range(4)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert builds == ["built"]


def test_old_builds_go_and_the_one_before_stays_for_a_running_server(checkout: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(build, "_build", _builder(checkout, []))
    folders = []
    for version in range(4):
        (checkout / "rxconfig.py").write_text(f"config = {version}")
        folders.append(build.ensure_built())
        os.utime(folders[-1], (version, version))
    assert [folder.exists() for folder in folders] == [False, False, True, True]


def test_a_lock_that_names_a_package_host_is_not_kept(checkout: Path, monkeypatch: pytest.MonkeyPatch):
    def resolve(progress: build.Progress) -> None:
        lock = checkout / "dist" / "workshop" / "reflex.lock"
        lock.mkdir(parents=True)
        (lock / "bun.lock").write_text('"react": ["react@19", "https://packages.example/react.tgz"]')

    monkeypatch.setattr(build, "_export", resolve)
    with pytest.raises(SetupError, match="names a package host"):
        build.relock(lambda _: None)
    assert not (checkout / "reflex.lock").exists()


def test_the_committed_lock_names_no_host():
    files = list((Path(build.__file__).parent.parent / "reflex.lock").iterdir())
    assert files
    assert not any("://" in file.read_text() for file in files)


def test_without_a_registry_the_build_ends_in_one_sentence(tmp_path: Path):
    """The real builder in a copy of this checkout, with nothing cached and a registry that refuses."""
    for source in (*build.SOURCES, "core"):
        origin = build.ROOT / source
        (shutil.copytree if origin.is_dir() else shutil.copyfile)(origin, tmp_path / source)
    nowhere = {
        "NPM_CONFIG_REGISTRY": "http://127.0.0.1:9/",
        "BUN_INSTALL_CACHE_DIR": str(tmp_path / "cache"),
        "HOME": str(tmp_path),
        "PYTHONPATH": str(tmp_path),
    }
    command = [sys.executable, "-m", "webapp.build"]
    ended = subprocess.run(command, cwd=tmp_path, env=os.environ | nowhere, capture_output=True, text=True, timeout=180)
    assert ended.returncode == 1
    assert ended.stderr.splitlines()[-1].startswith("The npm registry cannot be reached")
    assert "Traceback" not in ended.stderr
