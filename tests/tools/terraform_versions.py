"""The tests' virtual environment, and the Terraform versions to test with."""

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
PINNED_VERSION = "1.15.5"


def install_launcher(target: Path) -> None:
    """Install `terraform` in the environment's `bin`, next to its Python."""
    path = target / "bin" / "terraform"
    path.write_text(f"#!{target}/bin/python\n{LAUNCHER.read_text()}")
    path.chmod(0o755)


def virtual_environment() -> Path:
    """The environment with the pinned packages, created on first use."""
    name = cache.fingerprint(
        REQUIREMENTS.read_bytes(),
        LAUNCHER.read_bytes(),
        sysconfig.get_platform().encode(),
        ".".join(map(str, sys.version_info[:2])).encode(),
    )

    def make(target: Path) -> None:
        cache.make_environment(target, REQUIREMENTS)
        install_launcher(target)

    return cache.once(f"venv-{name}", "about 150 MB to download", make)


def version_of(terraform: str) -> str:
    """The version that a Terraform binary reports, such as `1.11.4`."""
    done = subprocess.run(
        [terraform, "version", "-json"],
        env={**os.environ, "CHECKPOINT_DISABLE": "1", "TF_CLI_CONFIG_FILE": os.devnull},
        capture_output=True,
        text=True,
    )
    try:
        return json.loads(done.stdout)["terraform_version"]
    except (ValueError, KeyError):
        raise SystemExit(f"tools: `{terraform} version` failed: {done.stderr.strip()}") from None


def available(environment: Path) -> list[dict]:
    """The Terraform versions to test with: the pinned one, and the one on PATH if there is one.

    Each is `{"name", "path", "version"}`; the pinned one comes first.
    """
    pinned = str(environment / "bin" / "terraform")
    found = version_of(pinned)
    if found != PINNED_VERSION:
        raise SystemExit(f"tools: expected Terraform {PINNED_VERSION}, got {found}")
    versions = [{"name": f"pinned-{found}", "path": pinned, "version": found}]
    other = shutil.which("terraform")
    if other and os.path.realpath(other) != os.path.realpath(pinned):
        found = version_of(other)
        versions.append({"name": f"path-{found}", "path": other, "version": found})
    else:
        say("*" * 68)
        say(f"NO terraform ON PATH: testing with Terraform {PINNED_VERSION} only. A second,")
        say("older version (1.11 or so) on PATH would be tested as well.")
        say("*" * 68)
    return versions
