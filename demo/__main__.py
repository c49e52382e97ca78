#!/usr/bin/env python3
"""Apply `examples/quickstart` to an emulator of AWS and show what came of it.

    make demo              build, apply, show, destroy
    make demo KEEP=1       leave everything up, and say how to look around
    make demo RELEASE=1    with the release build of the provider

Needs Rust and Python 3.11; everything else is fetched on the first run. Works
in `.demo/`, and leaves AWS, your credentials and your Terraform set-up alone.
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
    """Whether an environment variable (make passes its own on) switches something on."""
    return os.environ.get(name, "").lower() not in ("", "0", "no", "false")


def tools() -> dict:
    """Where the Terraform and the Python of the emulator are, fetched when they aren't."""
    done = subprocess.run([ROOT / "tests/tools/bootstrap"], stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit("demo: the tools could not be set up; what is missing is said above")
    return json.loads(done.stdout)


def build() -> Path:
    """The provider's binary, built if need be; cargo shows its own progress."""
    if "CARGO_TARGET_DIR" not in os.environ and not (ROOT / "target").exists():
        screen.note("The first build compiles the AWS SDK: some ten minutes on two cores.")
    # As the Makefile does it, so that its tests and this share what is compiled.
    release = ["--release"] if flag("RELEASE") else ["--features", "mlspace-core/cli"]
    command = [os.environ.get("CARGO", "cargo"), "build", "--locked", "--workspace", "--message-format=json-render-diagnostics", *release]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    if done.returncode != 0:
        raise SystemExit("demo: the provider does not build; cargo's message is above")
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable") and message["target"]["name"] == PROVIDER:
            return Path(message["executable"])
    raise SystemExit(f"demo: cargo built no `{PROVIDER}`")


def version() -> str:
    """The version that the workspace says it has."""
    with open(ROOT / "Cargo.toml", "rb") as manifest:
        return tomllib.load(manifest)["workspace"]["package"]["version"]


def show_outputs(outputs: dict) -> None:
    """Every output but the access matrix, a line for each entry."""
    for name, output in outputs.items():
        if name == "access":
            continue
        value = output["value"]
        entries = value if isinstance(value, dict) else {"": value}
        screen.note(screen.bold(name))
        width = max(map(len, entries), default=0)
        for key, entry in entries.items():
            screen.note(f"  {key.ljust(width)}  {entry}" if key else f"  {entry}")


def look_around(terraform: Terraform, running: emulator.Emulator) -> None:
    """How to look at what `KEEP=1` left up, and how to end it."""
    here = os.path.relpath(SCRATCH)
    print(f"""
{screen.bold("Left up. To look around, in a shell of its own (the first line sets AWS_ and TF_ variables):")}
    . {here}/env && cd {here}/quickstart
    {terraform.binary} state list
    {terraform.binary} plan
    {terraform.binary} output access
    aws --endpoint-url {running.url} iam list-roles
    aws --endpoint-url {running.url} sagemaker list-notebook-instances
{screen.bold("To end it:")}
    kill {running.pid}        (everything is in the emulator's memory; `make demo` ends it too)
""")


def demonstrate() -> None:
    """The whole of it; anything unexpected ends it with a message."""
    keep = flag("KEEP")
    steps = screen.Steps(7 if keep else 8)
    SCRATCH.mkdir(exist_ok=True)
    if emulator.stop_earlier(SCRATCH):
        print("Ended the emulator that an earlier `make demo KEEP=1` left up.")
    with steps.step("Tools: a Terraform, and what the emulator runs on"):
        found = tools()
        screen.note(f"Terraform {found['terraform']}")
    with steps.step("Provider"):
        provider = build()
        screen.note(os.path.relpath(provider))
    running = emulator.start(found["python"], found["emulator_path"], SCRATCH)
    try:
        with steps.step("Emulator of AWS, with the bucket, tables, network and key that a platform has"):
            seed = running.seed()
            screen.note(f"{running.url}  {screen.faint('every service, in one process, on this machine only')}")
        before = running.world()
        variables = {
            name: seed[name]
            for name in ("data_bucket", "permissions_boundary_arn", "subnet_ids", "security_group_ids", "kms_key_id")
        } | {"region": REGION, "endpoint": running.url}
        terraform = Terraform(found["terraform"], SCRATCH, REGION)
        terraform.prepare(ROOT / "examples/quickstart", provider, version(), variables)
        with steps.step("terraform apply: examples/quickstart"):
            terraform.must("init", "-input=false", "-no-color")
            terraform.change("apply")
        outputs = json.loads(terraform.must("output", "-json"))
        with steps.step("What there is now"):
            show_outputs(outputs)
        with steps.step("Who may do what on whose data"):
            if "access" not in outputs:
                raise SystemExit("demo: examples/quickstart has no output `access`")
            screen.note("Decided by IAM's rules on the policies that the roles carry now.")
            screen.note("A column is a person's role in one project; bob works in both.")
            screen.note()
            for line in screen.access_table(outputs["access"]["value"]):
                screen.note(line)
        with steps.step("terraform plan, a second time"):
            plan = terraform.run("plan", "-input=false", "-no-color", "-detailed-exitcode")
            if plan.returncode != 0:
                raise SystemExit(f"demo: the second plan is not empty ({plan.returncode}):\n{plan.stdout}")
            screen.note(next(line for line in plan.stdout.splitlines() if line.startswith("No changes")))
        if not keep:
            with steps.step("terraform destroy"):
                terraform.change("destroy")
                after = running.world()
                left = sorted(kind for kind in after if after[kind] != before.get(kind))
                if left:
                    raise SystemExit(f"demo: destroy left something behind: {', '.join(left)}")
                screen.note("the account holds what it held before the apply, and nothing else")
    except BaseException:
        running.stop()
        raise
    if keep:
        look_around(terraform, running)
    else:
        running.stop()
        print("\n`make demo KEEP=1` leaves it all up to look at.")


if __name__ == "__main__":
    try:
        demonstrate()
    except KeyboardInterrupt:
        sys.exit("\ndemo: interrupted")
