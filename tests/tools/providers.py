"""The providers that Terraform finds in a test: only the ones listed here."""

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

from cache import say

ROOT = Path(__file__).resolve().parents[2]
EXTRACT_SCHEMAS = ROOT / "tests/offline/fake_aws_provider/schemas/extract"
# Address, name of the binary, version in the mirror.
MLSPACE = ("mlspace/mlspace", "terraform-provider-mlspace", "0.1.0")
FAKE_AWS = ("hashicorp/aws", "terraform-provider-aws-fake", "6.69.1")
AWS_TYPE = re.compile(r'^\s*(?:mock_)?(resource|data)\s+"(aws_\w+)"', re.M)


def binaries_directory(given: str | None) -> Path:
    """The directory of the provider binaries: `given`, else cargo's, built if they are missing."""
    if given:
        return Path(given)
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    if not all((target / "debug" / name).exists() for _, name, _ in (MLSPACE, FAKE_AWS)):
        say("building the providers")
        subprocess.run(["make", "build"], cwd=ROOT, check=True, stdout=sys.stderr)
    return target / "debug"


def cli_configuration(scratch: Path, binaries: str | None, aws_mirror: Path | None = None) -> Path:
    """Write a Terraform CLI configuration that finds the mlspace provider and one AWS provider.

    The AWS provider comes from `aws_mirror` if that is given; else it is the fake.
    """
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(
        platform.machine(), platform.machine()
    )
    mirrors = [f"{scratch}/mirror"]
    for address, binary, version in (MLSPACE,) if aws_mirror else (MLSPACE, FAKE_AWS):
        folder = scratch / "mirror/registry.terraform.io" / address / version
        folder /= f"{sys.platform}_{machine}"
        folder.mkdir(parents=True)
        name = address.rsplit("/", 1)[1]
        (folder / f"terraform-provider-{name}_v{version}").symlink_to(
            (binaries_directory(binaries) / binary).resolve(strict=True)
        )
    if aws_mirror:
        mirrors.append(str(aws_mirror))
    blocks = "".join(f'  filesystem_mirror {{\n    path = "{path}"\n  }}\n' for path in mirrors)
    file = scratch / "terraform.rc"
    file.write_text(f"provider_installation {{\n{blocks}}}\n")
    return file


def environment(scratch: Path, configuration: Path) -> dict[str, str]:
    """Environment variables that hide this machine's Terraform and AWS settings."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("TF_", "AWS_", "TERRAFORM_"))
    }
    return kept | {
        "HOME": str(scratch),
        "TF_CLI_CONFIG_FILE": str(configuration),
        "TF_IN_AUTOMATION": "1",
        "CHECKPOINT_DISABLE": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }


def with_fake_aws(scratch: Path, binaries: str | None, types: str) -> dict[str, str]:
    """Environment variables to run Terraform with the fake AWS provider.

    `types` limits the schemas that it serves; see `types_used`.
    """
    done = subprocess.run([EXTRACT_SCHEMAS], stdout=subprocess.PIPE, text=True, check=True)
    return environment(scratch, cli_configuration(scratch, binaries)) | {
        "AWS_FAKE_SCHEMAS": done.stdout.strip(),
        "AWS_FAKE_TYPES": types,
    }


# The function's name until November 2026, by which experiments outside of this repository call it.
with_double = with_fake_aws


def types_used(*folders: Path) -> str:
    """The AWS types that the Terraform files in some folders use, as for `AWS_FAKE_TYPES`."""
    used = set()
    for folder in folders:
        for pattern in ("**/*.tf", "**/*.tftest.hcl"):
            for file in folder.glob(pattern):
                used |= {f"{kind}/{name}" for kind, name in AWS_TYPE.findall(file.read_text())}
    return ",".join(sorted(used))
