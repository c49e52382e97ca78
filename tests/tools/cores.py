"""The virtual environment of the tests' pins, and the Terraform cores to test against."""

import json
import os
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import cache
from cache import say

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE.parent / "requirements.txt"
LAUNCHER = HERE / "terraform_launcher.py"
PINNED_CORE = "1.15.5"


def install_launcher(target: Path) -> None:
    """Put `terraform` beside the environment's python."""
    path = target / "bin" / "terraform"
    path.write_text(f"#!{target}/bin/python\n{LAUNCHER.read_text()}")
    path.chmod(0o755)


def environment() -> Path:
    """The finished environment, made first if it isn't there."""
    name = cache.fingerprint(
        REQUIREMENTS.read_bytes(),
        LAUNCHER.read_bytes(),
        sysconfig.get_platform().encode(),
        ".".join(map(str, sys.version_info[:2])).encode(),
    )

    def make(target: Path) -> None:
        cache.make_environment(target, REQUIREMENTS)
        install_launcher(target)

    return cache.once(f"venv-{name}", "about 150 MB to fetch", make)


def version(terraform: str) -> str:
    """What `terraform version` says of itself, such as `1.11.4`."""
    answer = subprocess.run(
        [terraform, "version", "-json"],
        env={**os.environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
    )
    try:
        return json.loads(answer.stdout)["terraform_version"]
    except (ValueError, KeyError):
        raise SystemExit(f"tools: `{terraform} version` failed: {answer.stderr.strip()}")


def cores(target: Path) -> list[dict]:
    """The Terraform cores to test against: the pinned one, and one on PATH."""
    pinned = str(target / "bin" / "terraform")
    found = version(pinned)
    if found != PINNED_CORE:
        raise SystemExit(f"tools: expected Terraform {PINNED_CORE}, got {found}")
    answer = [{"name": f"pinned-{found}", "path": pinned, "version": found}]
    other = shutil.which("terraform")
    if other and os.path.realpath(other) != os.path.realpath(pinned):
        found = version(other)
        answer.append({"name": f"path-{found}", "path": other, "version": found})
    else:
        say("*" * 68)
        say(f"NO terraform ON PATH: testing with {PINNED_CORE} alone. A second,")
        say("older core (1.11 or so) on PATH would be tested too.")
        say("*" * 68)
    return answer
