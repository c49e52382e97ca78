"""The providers that Terraform shall find in a test, and no others."""

import os
import platform
import re
import subprocess
import sys
from pathlib import Path

import aws_schemas
from cache import say

ROOT = Path(__file__).resolve().parents[2]
OURS = ("mlspace/mlspace", "terraform-provider-mlspace", "0.1.0")
USE = re.compile(r'^\s*(?:mock_)?(resource|data)\s+"(aws_\w+)"', re.M)
DOUBLE = ("hashicorp/aws", "terraform-provider-aws-double", "6.69.1")


def built(given: str | None) -> Path:
    """Where our binaries are; builds them when nothing else was said and they aren't there."""
    if given:
        return Path(given)
    target = Path(os.environ.get("CARGO_TARGET_DIR") or ROOT / "target")
    if not all((target / "debug" / name).exists() for _, name, _ in (OURS, DOUBLE)):
        say("building the providers")
        subprocess.run(["make", "build"], cwd=ROOT, check=True, stdout=sys.stderr)
    return target / "debug"


def configuration(scratch: Path, binaries: str | None, real: Path | None = None) -> Path:
    """A CLI configuration that knows our provider, and as AWS provider the double or a mirror with a real one."""
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(
        platform.machine(), platform.machine()
    )
    places = [f"{scratch}/mirror"]
    for address, binary, version in (OURS,) if real else (OURS, DOUBLE):
        folder = scratch / "mirror/registry.terraform.io" / address / version
        folder /= f"{sys.platform}_{machine}"
        folder.mkdir(parents=True)
        name = address.rsplit("/", 1)[1]
        (folder / f"terraform-provider-{name}_v{version}").symlink_to(
            (built(binaries) / binary).resolve(strict=True)
        )
    if real:
        places.append(str(real))
    mirrors = "".join(f'  filesystem_mirror {{\n    path = "{path}"\n  }}\n' for path in places)
    file = scratch / "terraform.rc"
    file.write_text(f"provider_installation {{\n{mirrors}}}\n")
    return file


def environment(scratch: Path, configuration: Path) -> dict[str, str]:
    """Nothing of this machine's Terraform or AWS."""
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


def with_double(scratch: Path, binaries: str | None, types: str) -> dict[str, str]:
    """What Terraform runs with when the double is the AWS provider, with its schemas of some types."""
    return environment(scratch, configuration(scratch, binaries)) | {
        "AWS_DOUBLE_SCHEMAS": str(aws_schemas.schemas()),
        "AWS_DOUBLE_TYPES": types,
    }


def types_used(*folders: Path) -> str:
    """The AWS types that the Terraform files under some folders name, as the double wants them."""
    used = set()
    for folder in folders:
        for pattern in ("**/*.tf", "**/*.tftest.hcl"):
            for file in folder.glob(pattern):
                used |= {f"{kind}/{name}" for kind, name in USE.findall(file.read_text())}
    return ",".join(sorted(used))
