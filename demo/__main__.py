#!/usr/bin/env python3
"""Apply `examples/quickstart`, with SageMaker Studio added, against an AWS emulator, and show the result.

    make demo              build, apply, show, destroy
    make demo KEEP=1       keep everything running, and print commands to explore it
    make demo RELEASE=1    use the release build of the provider

Needs Rust and Python 3.11; the first run downloads everything else. Works in
`.demo/`, and does not use AWS, your credentials or your Terraform configuration.
"""

import json
import os
import subprocess
import sys
import tomllib
from pathlib import Path

import emulator
import screen
from terraform import Terraform

ROOT = Path(__file__).resolve().parent.parent
SCRATCH = ROOT / ".demo"
REGION = "us-east-1"
PROVIDER = "terraform-provider-mlspace"


def flag(name: str) -> bool:
    """Whether an environment variable is on; `make demo NAME=1` sets it."""
    return os.environ.get(name, "").lower() not in ("", "0", "no", "false")


def tools() -> dict:
    """Paths of Terraform and of the emulator's Python, installed on first use."""
    done = subprocess.run([ROOT / "tests/tools/bootstrap"], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit("demo: the tools could not be installed; see the message above")
    return json.loads(done.stdout)


def build() -> Path:
    """Build the provider; returns the path of its binary. Cargo prints its own progress."""
    if "CARGO_TARGET_DIR" not in os.environ and not (ROOT / "target").exists():
        screen.note("The first build compiles the AWS SDK: about ten minutes on two cores.")
    # The same selection of packages as in the Makefile, so that compiled dependencies are shared.
    command = [os.environ.get("CARGO", "cargo"), "build", "--locked", "--workspace"]
    command += ["--message-format=json-render-diagnostics"]
    command += ["--release"] if flag("RELEASE") else []
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit("demo: the build failed; see the message above")
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == PROVIDER:
            return Path(message["executable"])
    raise SystemExit(f"demo: the build has no binary `{PROVIDER}`")


def version() -> str:
    """The version in the workspace's Cargo.toml."""
    with open(ROOT / "Cargo.toml", "rb") as manifest:
        return tomllib.load(manifest)["workspace"]["package"]["version"]


def show_outputs(outputs: dict) -> None:
    """Print all outputs except the access of members, with one line per entry."""
    for name, output in outputs.items():
        if name in ("access", "studio_access"):
            continue
        value = output["value"]
        entries = value if isinstance(value, dict) else {"": value}
        screen.note(screen.bold(name))
        width = max(map(len, entries), default=0)
        for key, entry in entries.items():
            screen.note(f"  {key.ljust(width)}  {entry}" if key else f"  {entry}")


def print_commands(terraform: Terraform, running: emulator.Emulator) -> None:
    """Print commands to explore what `KEEP=1` left running, and to stop it."""
    here = os.path.relpath(SCRATCH)
    print(f"""
{screen.bold("Everything is still running. To explore it, open a new shell (the first line sets AWS_ and TF_ variables):")}
    . {here}/env && cd {here}/quickstart
    {terraform.binary} state list
    {terraform.binary} plan
    {terraform.binary} output access
    aws --endpoint-url {running.url} iam list-roles
    aws --endpoint-url {running.url} sagemaker list-notebook-instances
{screen.bold("To stop it:")}
    kill {running.pid}        (the emulator keeps all data in memory; the next `make demo` stops it, too)
""")


def demonstrate() -> None:
    """Run all steps; exits with a message if one fails."""
    keep = flag("KEEP")
    steps = screen.Steps(8 if keep else 9)
    SCRATCH.mkdir(exist_ok=True)
    if emulator.stop_earlier(SCRATCH):
        print("Stopped the emulator of an earlier `make demo KEEP=1`.")
    with steps.step("Install the tools: Terraform, and the packages of the emulator"):
        found = tools()
        screen.note(f"Terraform {found['terraform']}")
    with steps.step("Build the provider"):
        provider = build()
        screen.note(os.path.relpath(provider))
    running = emulator.start(found["python"], found["emulator_path"], SCRATCH)
    try:
        with steps.step("Start the AWS emulator, with the bucket, tables, network and key of a platform"):
            seed = running.seed()
            screen.note(f"{running.url}  {screen.faint('all AWS services in one local process')}")
        role_arn = running.add_role("studio-without-rights", "sagemaker.amazonaws.com")
        before = running.account_state()
        variables = {
            name: seed[name]
            for name in ("data_bucket", "permissions_boundary_arn", "vpc_id", "subnet_ids", "security_group_ids", "kms_key_id")
        } | {"region": REGION, "endpoint": running.url, "studio_role_arn": role_arn}
        terraform = Terraform(found["terraform"], SCRATCH, REGION)
        terraform.prepare([ROOT / "examples/quickstart", ROOT / "demo/studio"], provider, version(), variables)
        with steps.step("terraform apply of examples/quickstart and demo/studio"):
            terraform.require("init", "-input=false", "-no-color")
            terraform.change("apply")
        outputs = json.loads(terraform.require("output", "-json"))
        with steps.step("Outputs: the resources that exist now"):
            show_outputs(outputs)
        with steps.step("Access matrix: the permissions of each user on each dataset"):
            if "access" not in outputs:
                raise SystemExit("demo: examples/quickstart has no output `access`")
            screen.note("Result of evaluating the IAM policies that are attached to the roles now.")
            screen.note("Each column is the role of one user in one project; bob is a member of both projects.")
            screen.note()
            for line in screen.access_table(outputs["access"]["value"]):
                screen.note(line)
        with steps.step("SageMaker Studio: whose profile and spaces each member can use"):
            for line in screen.studio_table(outputs["studio_access"]["value"]):
                screen.note(line)
        with steps.step("terraform plan, which must be empty"):
            plan = terraform.run("plan", "-input=false", "-no-color", "-detailed-exitcode")
            if plan.returncode != 0:
                raise SystemExit(f"demo: the plan is not empty (exit code {plan.returncode}):\n{plan.stdout}")
            screen.note(next(line for line in plan.stdout.splitlines() if line.startswith("No changes")))
        if not keep:
            with steps.step("terraform destroy"):
                terraform.change("destroy")
                after = running.account_state()
                left = sorted(kind for kind in after if after[kind] != before.get(kind))
                if left:
                    raise SystemExit(f"demo: these resources were not destroyed: {', '.join(left)}")
                screen.note("The account is in the same state as before the apply.")
    except BaseException:
        running.stop()
        raise
    if keep:
        print_commands(terraform, running)
    else:
        running.stop()
        print("\nNext: `make demo KEEP=1` keeps everything running, so that you can explore it.")


if __name__ == "__main__":
    try:
        demonstrate()
    except KeyboardInterrupt:
        sys.exit("\ndemo: interrupted")
