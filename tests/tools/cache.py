"""What is fetched or made once and kept outside the working copy.

Everything lives under one directory: `$MLSPACE_CACHE`, else
`$XDG_CACHE_HOME/mlspace`, else `~/.cache/mlspace`. Each thing is a directory
named for the hash of what it is made from, so that another version is another
directory, and a finished one is never changed. Any number of processes may ask
for the same thing at once: one makes it, the others wait.
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
    """Report progress where it can't be mistaken for the answer."""
    print(f"tools: {message}", file=sys.stderr, flush=True)


def root() -> Path:
    """The directory under which finished things live."""
    if os.environ.get("MLSPACE_CACHE"):
        return Path(os.environ["MLSPACE_CACHE"])
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "mlspace"


def fingerprint(*parts: bytes) -> str:
    """Names a thing by everything that decides what is in it."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def run(*command: object) -> None:
    """Run one step; its output goes to stderr, and its failure ends us."""
    line = [str(part) for part in command]
    done = subprocess.run(line, stdout=sys.stderr, stdin=subprocess.DEVNULL)
    if done.returncode != 0:
        raise SystemExit(f"tools: `{shlex.join(line)}` failed ({done.returncode})")


def once(name: str, notice: str, make: Callable[[Path], None]) -> Path:
    """The finished directory `name`; `make` fills it first if it isn't there."""
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


def make_environment(target: Path, requirements: Path) -> None:
    """Fill a new virtual environment from pins, with `uv` if there is one."""
    python = target / "bin" / "python"
    uv = shutil.which("uv")
    if uv:
        run(uv, "venv", "--quiet", "--python", sys.executable, target)
        run(uv, "pip", "install", "--quiet", "--python", python, "-r", requirements)
        return
    pip = ["install", "--quiet", "--disable-pip-version-check", "-r", requirements]
    try:
        import ensurepip  # noqa: F401

        run(sys.executable, "-m", "venv", target)
        run(python, "-m", "pip", *pip)
    except ImportError:
        # Debian splits ensurepip off; the interpreter's own pip can fill an environment.
        run(sys.executable, "-m", "venv", "--without-pip", target)
        run(sys.executable, "-m", "pip", "--python", python, *pip)


def unpack_package(target: Path, pin: str) -> None:
    """Put the files of one pinned package into a directory, without what it depends on."""
    uv = shutil.which("uv")
    if uv:
        run(uv, "pip", "install", "--quiet", "--no-deps", "--target", target, pin)
        return
    options = ["--quiet", "--disable-pip-version-check", "--root-user-action=ignore"]
    options += ["--no-deps", "--no-compile", "--target", str(target)]
    run(sys.executable, "-m", "pip", "install", *options, pin)
