"""Cuts modules down to the schema of an older provider.

What the older provider doesn't know is removed from a copy: arguments, blocks,
and whole resources and data sources of unknown types. Terraform itself finds
them (`validate -json`), so nothing is removed that the provider would take.
What was removed is told, because it is what a test on the copy doesn't show.
"""

import json
import re
import subprocess
from pathlib import Path

# What Terraform says of something that the schema doesn't have.
UNKNOWN = {
    "Unsupported argument",
    "Unsupported block type",
    "Invalid resource type",
    "Invalid data source",
    "Computed attributes cannot be set",
}
# What an older provider says of a value that it doesn't know yet; the whole resource goes then.
UNKNOWN_VALUE = re.compile(r"expected \S+ to be one of ")
TOP = re.compile(r'^(resource|data) "(\w+)" "(\w+)"', re.M)
# Every pass finds what the one before hid; nesting is not deep.
PASSES = 12
HEREDOC = re.compile(r"<<-?(\w+)$")


class Stuck(Exception):
    """The copy is wrong in a way that removing does not mend."""


def lower(terraform: str, root: Path, env: dict[str, str]) -> list[str]:
    """Cut the modules that `root` uses, in place; returns what was removed, sorted."""
    removed = []
    for _ in range(PASSES):
        done = subprocess.run(
            [terraform, "validate", "-json", "-no-color"],
            cwd=root,
            env=env,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
        )
        try:
            report = json.loads(done.stdout)
        except ValueError:
            raise Stuck(done.stdout + done.stderr)
        if report["valid"]:
            return sorted(removed)
        errors = [each for each in report["diagnostics"] if each["severity"] == "error"]
        places = {place(root, error) for error in errors} - {None}
        if not places:
            raise Stuck("\n".join(f"{e['summary']}: {e['detail']} {e.get('range')}" for e in errors))
        # From the end of each file, so that the lines above stay where they are.
        for file, line in sorted(places, reverse=True):
            lines = file.read_text().splitlines()
            what, end = statement(lines, line - 1)
            removed.append(f"{file.parent.name}: {owner(lines, line - 1)}{what}".strip())
            del lines[line - 1 : end]
            file.write_text("\n".join(lines) + "\n")
    raise Stuck("there is always something left that the provider doesn't know")


def place(root: Path, error: dict) -> tuple[Path, int] | None:
    """The file and line of what an error is about, if removing it mends the error."""
    if "range" not in error:
        return None
    file = (root / error["range"]["filename"]).resolve()
    line = error["range"]["start"]["line"]
    if error["summary"] in UNKNOWN:
        return file, line
    if UNKNOWN_VALUE.match(error["summary"]):
        lines = file.read_text().splitlines()
        while line > 1 and not TOP.match(lines[line - 1]):
            line -= 1
        return file, line
    return None


def statement(lines: list[str], start: int) -> tuple[str, int]:
    """The name of the argument or block that begins on a line, and the line after its end."""
    depth, marker = 0, None
    for number in range(start, len(lines)):
        line = lines[number]
        if marker:
            if line.strip() == marker:
                marker = None
        else:
            code = without_text(line)
            depth += sum(code.count(open) for open in "([{")
            depth -= sum(code.count(close) for close in ")]}")
            if found := HEREDOC.search(line):
                marker = found.group(1)
        if depth <= 0 and not marker:
            head = lines[start].strip()
            if TOP.match(lines[start]):
                return "", number + 1
            return re.split(r"\s*[={]", head, maxsplit=1)[0], number + 1
    raise Stuck(f"no end of the statement `{lines[start].strip()}`")


def without_text(line: str) -> str:
    """A line without what stands in quotes or after a comment sign."""
    line = re.sub(r'"(?:\\.|\$\{[^}]*\}|[^"\\])*"', '""', line)
    return re.split(r"#|//", line, maxsplit=1)[0]


def owner(lines: list[str], start: int) -> str:
    """The resource or data source that a line belongs to, as an address with what follows."""
    for number in range(start, -1, -1):
        if found := TOP.match(lines[number]):
            kind, ty, name = found.groups()
            address = f"data.{ty}.{name}" if kind == "data" else f"{ty}.{name}"
            return address if number == start else f"{address} "
    return ""
