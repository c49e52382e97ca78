"""Terminal output of the demo: steps, notes, tables."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

COLOR = sys.stdout.isatty() and "NO_COLOR" not in os.environ
READ, WRITE, DELETE, DENIED = "r", "w", "d", "·"


def paint(text: str, code: str) -> str:
    """`text` in an ANSI style, if the output is a terminal."""
    return f"\x1b[{code}m{text}\x1b[0m" if COLOR else text


def bold(text: str) -> str:
    """`text` in bold."""
    return paint(text, "1")


def faint(text: str) -> str:
    """`text` in a faint color."""
    return paint(text, "2")


def note(text: str = "") -> None:
    """Print one indented line, without buffering."""
    print(f"    {text}" if text else "", flush=True)


class Steps:
    """Numbered steps, each with its duration."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.number = 0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Print the title of a step, and its duration after it succeeded."""
        self.number += 1
        started = time.monotonic()
        print(f"\n{bold(f'{self.number}/{self.total}  {title}')}", flush=True)
        yield
        took = time.monotonic() - started
        if took >= 0.1:
            note(faint(f"{took:.1f} s"))


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table with aligned columns."""
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()

    return [bold(line(header)), faint("  ".join("─" * width for width in widths)), *map(line, rows)]


def permissions(entry: dict) -> str:
    """`r w d`, with a dot for each permission that is denied."""
    letters = ((READ, "read"), (WRITE, "write"), (DELETE, "delete"))
    return " ".join(letter if entry[name] else DENIED for letter, name in letters)


def access_table(entries: Sequence[dict]) -> list[str]:
    """The access matrix: a row for each dataset, a column for each membership.

    Each entry has the permissions of one user in one project on one dataset:
    `{user, project, dataset, read, write, delete}`.
    """
    memberships = sorted({(entry["project"], entry["user"]) for entry in entries})
    datasets = sorted({entry["dataset"] for entry in entries})
    found = {(entry["project"], entry["user"], entry["dataset"]): permissions(entry) for entry in entries}
    header = ["", *(f"{user} in {project}" for project, user in memberships)]
    rows = [
        [dataset, *(found[project, user, dataset] for project, user in memberships)]
        for dataset in datasets
    ]
    legend = f"{READ} read   {WRITE} write   {DELETE} delete   {DENIED} denied"
    return [*table(header, rows), faint(legend)]


def studio_table(entries: Sequence[dict]) -> list[str]:
    """What members can do in Studio, a row for each membership.

    Each entry is `{user, project, use_own_spaces, use_others_spaces}`.
    """
    words = {True: "yes", False: "no"}
    rows = [
        [f"{one['user']} in {one['project']}", words[one["use_own_spaces"]], words[one["use_others_spaces"]]]
        for one in sorted(entries, key=lambda one: (one["project"], one["user"]))
    ]
    return table(["", "own profile and spaces", "those of others"], rows)
