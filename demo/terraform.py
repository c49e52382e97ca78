"""Runs Terraform as a user does: a local mirror with the provider, `init`, `apply`, `output`."""

import json
import os
import platform
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import screen

ADDRESS = "registry.terraform.io/mlspace/mlspace"
MACHINES = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
VERBS = {"create": "created", "update": "updated", "delete": "destroyed", "read": "read", "replace": "replaced"}
SIGNS = {"create": "+", "update": "~", "delete": "-", "read": "<=", "replace": "-/+"}


class Terraform:
    """A working directory under `scratch`, and the environment to run Terraform in it.

    The CLI configuration, plugins and credentials of this machine are not used.
    """

    def __init__(self, binary: str, scratch: Path, region: str) -> None:
        self.binary = binary
        self.directory = scratch / "quickstart"
        self.scratch = scratch
        self.environment = {
            "TF_CLI_CONFIG_FILE": str(scratch / "terraform.rc"),
            "TF_IN_AUTOMATION": "1",
            "CHECKPOINT_DISABLE": "1",
            "HOME": str(scratch / "home"),
            "AWS_REGION": region,
            "AWS_ACCESS_KEY_ID": "demo",
            "AWS_SECRET_ACCESS_KEY": "demo",
            "AWS_EC2_METADATA_DISABLED": "true",
        }

    def prepare(self, examples: Sequence[Path], provider: Path, version: str, variables: dict) -> None:
        """Create the mirror with the provider, and a copy of the examples with their variables."""
        system = f"{sys.platform}_{MACHINES.get(platform.machine().lower(), platform.machine())}"
        mirror = self.scratch / "mirror"
        package = mirror / ADDRESS / version / system
        for old in (mirror, self.directory, self.scratch / "home"):
            shutil.rmtree(old, ignore_errors=True)
        package.mkdir(parents=True)
        (self.scratch / "home").mkdir()
        shutil.copy2(provider, package / f"{provider.name}_v{version}")
        self.directory.mkdir()
        for example in examples:
            for source in sorted(example.glob("*.tf")):
                shutil.copy2(source, self.directory)
        (self.directory / "terraform.tfvars.json").write_text(json.dumps(variables, indent=2))
        (self.scratch / "terraform.rc").write_text(
            f'provider_installation {{\n  filesystem_mirror {{\n    path = "{mirror}"\n  }}\n}}\n'
        )
        exports = [f"export {name}={shlex.quote(value)}" for name, value in self.environment.items() if name != "HOME"]
        (self.scratch / "env").write_text("\n".join(exports) + "\n")

    def run(self, *arguments: str) -> subprocess.CompletedProcess:
        """Run one command and capture its output."""
        return subprocess.run(
            self.command(*arguments),
            cwd=self.directory,
            env=self.full_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def require(self, *arguments: str) -> str:
        """Run one command and return its output; exits if it fails."""
        done = self.run(*arguments)
        if done.returncode != 0:
            raise SystemExit(f"demo: `terraform {' '.join(arguments)}` failed:\n{done.stdout}")
        return done.stdout

    def change(self, *arguments: str) -> None:
        """Run `apply` or `destroy`, and print each resource as it completes; exits on failure."""
        failed = False
        with subprocess.Popen(
            self.command(*arguments, "-auto-approve", "-input=false", "-json"),
            cwd=self.directory,
            env=self.full_environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as process:
            for line in process.stdout or ():
                failed |= show_event(line)
        if process.returncode != 0 or failed:
            raise SystemExit(f"demo: `terraform {arguments[0]}` failed ({process.returncode})")

    def command(self, *arguments: str) -> list[str]:
        """The command line of a Terraform command."""
        return [self.binary, *arguments]

    def full_environment(self) -> dict[str, str]:
        """The environment of this process, with own settings for Terraform and AWS only."""
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TF_", "AWS_"))}
        return kept | self.environment


def show_event(line: str) -> bool:
    """Print one line of `terraform … -json`; returns true if it is an error."""
    try:
        event = json.loads(line)
    except ValueError:
        screen.note(line.rstrip())
        return False
    hook = event.get("hook", {})
    address = hook.get("resource", {}).get("addr", "")
    match event.get("type"):
        case "change_summary":
            changes = event["changes"]
            counts = f"{changes['add']} to add, {changes['change']} to change, {changes['remove']} to destroy"
            screen.note(screen.bold(f"Plan: {counts}" if changes["operation"] == "plan" else "Complete"))
        case "apply_complete":
            action = hook["action"]
            took = screen.faint(f"{hook.get('elapsed_seconds', 0):.0f} s")
            screen.note(f"{SIGNS.get(action, ' ')} {address} {VERBS.get(action, action)}  {took}")
        case "apply_progress":
            screen.note(screen.faint(f"  {address}: {hook.get('elapsed_seconds', 0):.0f} s elapsed"))
        case "diagnostic":
            diagnostic = event["diagnostic"]
            where = f" ({diagnostic['address']})" if diagnostic.get("address") else ""
            screen.note(f"{diagnostic['severity'].capitalize()}: {diagnostic['summary']}{where}")
            for detail in diagnostic.get("detail", "").splitlines():
                screen.note(f"  {detail}")
            return diagnostic["severity"] == "error"
    return False
