"""Reduces modules to the schema of an older provider.

Everything the older provider does not have is removed from a copy: arguments,
blocks, and whole resources and data sources of unknown types. `terraform
validate -json` finds them, so nothing that the provider accepts is removed. The
removed parts are returned, since a test on the copy does not cover them.
"""

import json
import re
import subprocess
from pathlib import Path

# Summaries of Terraform's errors about parts that the schema does not have.
UNKNOWN = {
    "Unsupported argument",
    "Unsupported block type",
    "Invalid resource type",
    "Invalid data source",
    "Computed attributes cannot be set",
}
# The older provider's error about a value that is newer than itself. Then the whole resource is
# removed, since an enumerated argument is usually required.
UNKNOWN_VALUE = re.compile(r"expected \S+ to be one of ")
TOP_LEVEL = re.compile(r'^(resource|data) "(\w+)" "(\w+)"', re.M)
# Each pass can reveal errors that the one before hid. Nesting is not deep.
MAX_PASSES = 12
HEREDOC = re.compile(r"<<-?(\w+)$")


class CannotDowngrade(Exception):
    """The copy has errors that removing parts does not fix."""


def downgrade(terraform: str, root: Path, env: dict[str, str]) -> list[str]:
    """Reduce the modules that `root` uses, in place; returns the removed parts, sorted."""
    removed = []
    for _ in range(MAX_PASSES):
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
            raise CannotDowngrade(done.stdout + done.stderr) from None
        if report["valid"]:
            return sorted(removed)
        errors = [each for each in report["diagnostics"] if each["severity"] == "error"]
        locations = {location(root, error) for error in errors} - {None}
        if not locations:
            raise CannotDowngrade(
                "\n".join(f"{e['summary']}: {e['detail']} {e.get('range')}" for e in errors)
            )
        # From the end of each file, so that earlier line numbers stay valid.
        for file, line in sorted(locations, reverse=True):
            lines = file.read_text().splitlines()
            name, end = statement(lines, line - 1)
            removed.append(f"{file.parent.name}: {owner(lines, line - 1)}{name}".strip())
            del lines[line - 1 : end]
            file.write_text("\n".join(lines) + "\n")
    raise CannotDowngrade(f"there are still errors after {MAX_PASSES} passes")


def location(root: Path, error: dict) -> tuple[Path, int] | None:
    """File and line of the part whose removal fixes an error, if there is such a part."""
    if "range" not in error:
        return None
    file = (root / error["range"]["filename"]).resolve()
    line = error["range"]["start"]["line"]
    if error["summary"] in UNKNOWN:
        return file, line
    if UNKNOWN_VALUE.match(error["summary"]):
        lines = file.read_text().splitlines()
        while line > 1 and not TOP_LEVEL.match(lines[line - 1]):
            line -= 1
        return file, line
    return None


def statement(lines: list[str], start: int) -> tuple[str, int]:
    """Name of the argument or block that begins on a line, and the line after its end."""
    depth, heredoc_end = 0, None
    for number in range(start, len(lines)):
        line = lines[number]
        if heredoc_end:
            if line.strip() == heredoc_end:
                heredoc_end = None
        else:
            code = without_strings_and_comments(line)
            depth += sum(code.count(bracket) for bracket in "([{")
            depth -= sum(code.count(bracket) for bracket in ")]}")
            if found := HEREDOC.search(line):
                heredoc_end = found.group(1)
        if depth <= 0 and not heredoc_end:
            if TOP_LEVEL.match(lines[start]):
                return "", number + 1
            head = lines[start].strip()
            return re.split(r"\s*[={]", head, maxsplit=1)[0], number + 1
    raise CannotDowngrade(f"no end of the statement `{lines[start].strip()}`")


def without_strings_and_comments(line: str) -> str:
    """A line with empty string literals and without its comment."""
    line = re.sub(r'"(?:\\.|\$\{[^}]*\}|[^"\\])*"', '""', line)
    return re.split(r"#|//", line, maxsplit=1)[0]


def owner(lines: list[str], start: int) -> str:
    """Address of the resource or data source around a line; ends with a space for inner lines."""
    for number in range(start, -1, -1):
        if found := TOP_LEVEL.match(lines[number]):
            kind, ty, name = found.groups()
            address = f"data.{ty}.{name}" if kind == "data" else f"{ty}.{name}"
            return address if number == start else f"{address} "
    return ""
