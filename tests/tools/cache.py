"""A cache for downloaded tools, outside the working copy.

The cache directory is `$MLSPACE_CACHE`, else `$XDG_CACHE_HOME/mlspace`, else
`~/.cache/mlspace`. Each entry is a directory named after the hash of its inputs,
so another version gets another directory, and a finished entry never changes.
Any number of processes can request the same entry at the same time: one creates
it, the others wait.
"""

import fcntl
import hashlib
import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

MARKER = "complete"


def say(message: str) -> None:
    """Report progress on stderr, since stdout carries the result."""
    print(f"tools: {message}", file=sys.stderr, flush=True)


def root() -> Path:
    """The cache directory."""
    if os.environ.get("MLSPACE_CACHE"):
        return Path(os.environ["MLSPACE_CACHE"])
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "mlspace"


def fingerprint(*parts: bytes) -> str:
    """A name for a cache entry: the hash of all its inputs."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def run(*command: object) -> None:
    """Run a command with its output on stderr; exits if it fails."""
    line = [str(part) for part in command]
    done = subprocess.run(line, stdout=sys.stderr, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise SystemExit(f"tools: `{shlex.join(line)}` failed ({done.returncode})")


def once(name: str, notice: str, make: Callable[[Path], None]) -> Path:
    """The cache entry `name`; `make` fills its directory if there is none yet.

    `notice` tells the user what the first use costs, such as the size of a download.
    """
    base = root()
    base.mkdir(parents=True, exist_ok=True)
    target = base / name
    if (target / MARKER).exists():
        return target
    with open(base / f"{name}.lock", "w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say(f"another run is preparing {name}; waiting for it")
            fcntl.flock(lock, fcntl.LOCK_EX)
        if (target / MARKER).exists():
            return target
        started = time.monotonic()
        say(f"preparing {target} ({notice}, once)")
        shutil.rmtree(target, ignore_errors=True)
        try:
            make(target)
        except BaseException:
            shutil.rmtree(target, ignore_errors=True)
            raise
        (target / MARKER).touch()
        say(f"ready after {time.monotonic() - started:.0f} s")
    return target


def make_environment(target: Path, requirements: Path, *options: str) -> None:
    """Create a virtual environment from pinned requirements, with `uv` if it is installed.

    `options` are options of `pip install` that `uv` has, too.
    """
    python = target / "bin" / "python"
    uv = shutil.which("uv")
    if uv:
        run(uv, "venv", "--quiet", "--python", sys.executable, target)
        run(uv, "pip", "install", "--quiet", "--python", python, *options, "-r", requirements)
        return
    pip = ["install", "--quiet", "--disable-pip-version-check", *options, "-r", requirements]
    try:
        import ensurepip  # noqa: F401

        run(sys.executable, "-m", "venv", target)
        run(python, "-m", "pip", *pip)
    except ImportError:
        # Debian packages ensurepip separately. The pip of this interpreter can install into the
        # environment instead.
        run(sys.executable, "-m", "venv", "--without-pip", target)
        run(sys.executable, "-m", "pip", "--python", python, *pip)


def unpack_package(target: Path, pin: str) -> None:
    """Install the files of one pinned package into a directory, without its dependencies."""
    uv = shutil.which("uv")
    if uv:
        run(uv, "pip", "install", "--quiet", "--no-deps", "--target", target, pin)
        return
    options = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore"]
    options += ["--no-deps", "--no-compile", "--target", str(target)]
    run(sys.executable, "-m", "pip", "install", *options, pin)
