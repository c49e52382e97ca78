#!/usr/bin/env python3
"""Make the schemas that the double of the AWS provider serves, and say where they are.

    tests/tools/aws_schemas.py      prints the directory

The schemas of today's `hashicorp/aws` are read out of bindings that were
generated from them (`bindings.py`) and published as the Python package pinned
in `tests/double/bindings.txt`; no provider is at hand to be asked. The
directory holds `provider.json` and one file for each type in `resource/` and
`data/`. The bindings are under the MPL-2.0, so neither they nor what is read
from them is part of this repository: the directory is kept as `cache.py` says.
"""

import json
import re
import shutil
import tarfile
from collections import defaultdict
from pathlib import Path

import bindings
import cache

HERE = Path(__file__).resolve().parent
PIN = HERE.parent / "double" / "bindings.txt"
SOURCE = re.compile(r"package/lib/([^/]+)/(?:index-structs/)?\w+\.js$")


def sources(package: Path) -> dict[str, str]:
    """The TypeScript of each type, by the name of its directory."""
    archives = list(package.glob("*/_jsii/*.jsii.tgz"))
    if len(archives) != 1:
        raise SystemExit(f"tools: no bindings in the package of {PIN}")
    answer = defaultdict(str)
    with tarfile.open(archives[0]) as archive:
        for member in archive:
            if found := SOURCE.match(member.name):
                file = archive.extractfile(member)
                javascript = file.read() if file else b""
                if bindings.MAP in javascript:
                    answer[found.group(1)] += bindings.typescript(javascript)
    return answer


def make(target: Path) -> None:
    """Fetch the bindings, write the schemas, and drop the bindings."""
    pin = next(
        line for line in PIN.read_text().splitlines() if line and line[0] != "#"
    )
    package = target / "package"
    cache.unpack_package(package, pin)
    counts, left_out = defaultdict(int), []
    for directory, source in sources(package).items():
        try:
            found = bindings.Bindings(source).root()
        except bindings.Recursive:
            left_out.append(directory)
            continue
        except (bindings.Unreadable, KeyError) as problem:
            raise SystemExit(f"tools: cannot read the bindings in `{directory}`: {problem!r}")
        if found is None:
            continue  # ephemeral resources and the index
        kind, name, schema = found
        # Data sources are bound under names of their own: `data-aws-vpc` is `aws_vpc`.
        path = target / ("provider.json" if kind == "provider" else f"{kind}/{name}.json")
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(schema, separators=(",", ":")))
        counts[kind] += 1
    shutil.rmtree(package)
    cache.say(
        f"schemas: {counts['resource']} resources, {counts['data']} data sources; "
        f"left out as recursive: {', '.join(left_out)}"
    )


def schemas() -> Path:
    """The directory of the schemas, made first if it isn't there."""
    parts = [PIN, HERE / "bindings.py", Path(__file__).resolve()]
    name = cache.fingerprint(*(part.read_bytes() for part in parts))
    return cache.once(f"aws-schemas-{name}", "about 70 MB to fetch", make)


if __name__ == "__main__":
    print(schemas())
