"""The built front end: made once per state of its sources, in a folder named after their hash.

python -m webapp.build            build it if it is not there yet
python -m webapp.build --relock   resolve the npm packages anew and write reflex.lock/
"""

import errno
import fcntl
import hashlib
import os
import shutil
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

from core.errors import SetupError

ROOT = Path(__file__).resolve().parent.parent
SOURCES = ("webapp", "assets", "rxconfig.py", "reflex.lock")
DIST = ROOT / "dist" / "web"
_WORKSHOP = DIST / "workshop"
_NEEDED_AT_RUN_TIME = ("build", "backend", "routes.json", "reflex.json")
_KEPT_BUILDS = 2
"""The newest, and the one before it, which a running server may still be reading."""

_STAGES = {
    "Installing": "Installing the front end's packages",
    "Compiling": "Compiling the pages",
    "Creating Production Build": "Bundling for the browser",
}
_NO_REGISTRY = (
    "ConnectionRefused",
    "FailedToOpenSocket",
    "ENOTFOUND",
    "getaddrinfo",
    "ConnectError",
    "failed to resolve",
)
_NO_SPACE = ("No space left", "ENOSPC", "NoSpaceLeft")

Progress = Callable[[str], None]


def ensure_built(progress: Progress = lambda _: None) -> Path:
    """The folder of the front end built from today's sources; builds it first when there is none.

    Any number of processes may call this at once: one builds, the others wait for it.
    Raises SetupError with one sentence when it cannot be built.
    """
    folder = built_folder()
    if folder.exists():
        return folder
    try:
        with _alone():
            if not folder.exists():
                progress("Building the web front end (about a minute, once per change)")
                _publish(_build(progress), folder)
                _forget_old_builds()
    except OSError as error:
        raise _unwritable(error) from error
    return folder


def built_folder() -> Path:
    """Where the build of today's sources stands, or would."""
    return DIST / source_hash()


def source_hash() -> str:
    """Sixteen hex digits that change with the sources, or with Reflex."""
    digest = hashlib.sha256(version("reflex").encode())
    for path in _source_files():
        content = path.read_bytes()
        digest.update(f"\0{path.relative_to(ROOT).as_posix()}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:16]


def _source_files() -> Iterator[Path]:
    for source in SOURCES:
        path = ROOT / source
        found = [path] if path.is_file() else sorted(path.rglob("*"))
        yield from (file for file in found if file.is_file() and not _is_by_product(file))


def _is_by_product(file: Path) -> bool:
    """Caches, and the links that Reflex makes in assets/external."""
    return "__pycache__" in file.parts or file.is_relative_to(ROOT / "assets" / "external")


@contextmanager
def _alone() -> Iterator[None]:
    DIST.mkdir(parents=True, exist_ok=True)
    with (DIST / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _build(progress: Progress) -> Path:
    """Builds in a copy of the sources, so that a build neither writes into the checkout nor sees an edit half way."""
    _stock_workshop()
    return _export(progress)


def _export(progress: Progress) -> Path:
    log = DIST / "build.log"
    command = [sys.executable, "-m", "reflex", "export", "--frontend-only", "--no-zip"]
    with (
        log.open("w") as record,
        subprocess.Popen(  # noqa: S603  # the command is ours
            command,
            cwd=_WORKSHOP,
            env=_environment(),
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        ) as process,
    ):
        try:
            last = _follow(process.stdout or (), record.write, progress)
        except BaseException:
            # Reflex starts bun, and bun starts Vite: whoever stops the build stops them all.
            os.killpg(process.pid, signal.SIGKILL)
            raise
    if process.returncode != 0 or not (_WORKSHOP / ".web" / "build" / "client" / "index.html").exists():
        raise _failure(last, log)
    return _WORKSHOP / ".web"


def _stock_workshop() -> None:
    _WORKSHOP.mkdir(parents=True, exist_ok=True)
    for source in SOURCES:
        target = _WORKSHOP / source
        shutil.rmtree(target, ignore_errors=True)
        if (ROOT / source).is_dir():
            shutil.copytree(ROOT / source, target, ignore=shutil.ignore_patterns("__pycache__", "external"))
        elif (ROOT / source).exists():
            shutil.copyfile(ROOT / source, target)


def _follow(lines, write: Callable[[str], object], progress: Progress) -> str:
    """Logs every line, reports each stage once, and returns the last lines."""
    last, stages = deque(maxlen=40), dict(_STAGES)
    for line in lines:
        write(line)
        last.append(line)
        if mark := next((mark for mark in stages if mark in line), None):
            progress(stages.pop(mark))
    return "".join(last)


def _environment() -> dict[str, str]:
    quiet = {
        "REFLEX_TELEMETRY_ENABLED": "false",
        "REFLEX_CHECK_LATEST_VERSION": "false",
        "PYTHONPATH": os.pathsep.join([str(_WORKSHOP), str(ROOT)]),
    }
    registry = _npm_registry()
    return {**os.environ, **quiet, **({"NPM_CONFIG_REGISTRY": registry} if registry else {})}


def _npm_registry() -> str:
    """The registry this machine is set up with; empty leaves the choice to Reflex."""
    for name in ("NPM_CONFIG_REGISTRY", "npm_config_registry"):
        if chosen := os.environ.get(name):
            return chosen
    npm = shutil.which("npm")
    if npm is None:
        return ""
    asked = subprocess.run([npm, "config", "get", "registry"], capture_output=True, text=True, timeout=30, check=False)  # noqa: S603
    return asked.stdout.strip()


def _publish(web: Path, folder: Path) -> None:
    """Puts what serving needs under its final name in one step: nobody ever sees half a build."""
    half = folder.with_name(f"{folder.name}.half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir()
    for name in _NEEDED_AT_RUN_TIME:
        source = web / name
        if source.is_dir():
            shutil.copytree(source, half / name, ignore=shutil.ignore_patterns("server"))
        elif source.exists():
            shutil.copyfile(source, half / name)
    half.rename(folder)


def _forget_old_builds() -> None:
    builds = [path for path in DIST.iterdir() if path.is_dir() and path != _WORKSHOP]
    for old in sorted(builds, key=lambda path: path.stat().st_mtime, reverse=True)[_KEPT_BUILDS:]:
        shutil.rmtree(old, ignore_errors=True)


def _failure(output: str, log: Path) -> SetupError:
    if any(sign in output for sign in _NO_SPACE):
        return SetupError("The disk is full: building the web front end needs about 1 GB of free space.")
    if any(sign in output for sign in _NO_REGISTRY):
        return SetupError(
            "The npm registry cannot be reached, so the web front end cannot be built; "
            "set NPM_CONFIG_REGISTRY to one that this machine reaches."
        )
    return SetupError(f"The web front end could not be built; {log} says why.")


def _unwritable(error: OSError) -> SetupError:
    if error.errno == errno.ENOSPC:
        return _failure("ENOSPC", DIST)
    return SetupError(f"The web front end cannot be built because {DIST} cannot be written: {error.strerror}.")


def relock(progress: Progress) -> None:
    """Resolves the npm packages anew and keeps the result in reflex.lock/, unless that names a host."""
    lock = _WORKSHOP / "reflex.lock"
    with _alone():
        _stock_workshop()
        shutil.rmtree(lock, ignore_errors=True)
        shutil.rmtree(_WORKSHOP / ".web", ignore_errors=True)
        _export(progress)
        if any("://" in file.read_text() for file in lock.iterdir()):
            raise SetupError("The new lock file names a package host; point NPM_CONFIG_REGISTRY at npm's own registry.")
        shutil.copytree(lock, ROOT / "reflex.lock", dirs_exist_ok=True)


def _say(text: str) -> None:
    sys.stderr.write(f"{text}\n")


def main(arguments: list[str]) -> None:
    try:
        if arguments == ["--relock"]:
            relock(_say)
        sys.stdout.write(f"{ensure_built(_say)}\n")
    except SetupError as error:
        sys.exit(error.detail)


if __name__ == "__main__":
    main(sys.argv[1:])
