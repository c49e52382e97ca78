"""What the demonstration writes to the terminal: steps, notes, tables."""

import os
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

COLOUR = sys.stdout.isatty() and "NO_COLOR" not in os.environ
READ, WRITE, DELETE, NOTHING = "r", "w", "d", "·"


def paint(text: str, code: str) -> str:
    """`text` in an ANSI style, when someone is looking."""
    return f"\x1b[{code}m{text}\x1b[0m" if COLOUR else text


def bold(text: str) -> str:
    """`text` in bold."""
    return paint(text, "1")


def faint(text: str) -> str:
    """`text` in the background."""
    return paint(text, "2")


def note(text: str = "") -> None:
    """One indented line, at once."""
    print(f"    {text}" if text else "", flush=True)


class Steps:
    """Numbered steps, each with the time it took."""

    def __init__(self, total: int) -> None:
        self.total = total
        self.number = 0

    @contextmanager
    def step(self, title: str) -> Iterator[None]:
        """Announce a step, and say how long it took when it has ended well."""
        self.number += 1
        started = time.monotonic()
        print(f"\n{bold(f'{self.number}/{self.total}  {title}')}", flush=True)
        yield
        took = time.monotonic() - started
        if took >= 0.1:
            note(faint(f"{took:.1f} s"))


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Lines of a table whose columns are as wide as their widest cell."""
    widths = [max(len(row[column]) for row in [header, *rows]) for column in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        return "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()

    return [bold(line(header)), faint("  ".join("─" * width for width in widths)), *map(line, rows)]


def rights(entry: dict) -> str:
    """`r w d` with a dot for each right that is missing."""
    letters = ((READ, "read"), (WRITE, "write"), (DELETE, "delete"))
    return " ".join(letter if entry[name] else NOTHING for letter, name in letters)


def access_table(entries: Sequence[dict]) -> list[str]:
    """The access matrix: a row for each dataset, a column for each membership.

    Each entry says what one person, working in one project, may do with one
    dataset: `{user, project, dataset, read, write, delete}`.
    """
    memberships = sorted({(entry["project"], entry["user"]) for entry in entries})
    datasets = sorted({entry["dataset"] for entry in entries})
    found = {(entry["project"], entry["user"], entry["dataset"]): rights(entry) for entry in entries}
    header = ["", *(f"{user} in {project}" for project, user in memberships)]
    rows = [
        [dataset, *(found[project, user, dataset] for project, user in memberships)]
        for dataset in datasets
    ]
    legend = f"{READ} read   {WRITE} write   {DELETE} delete   {NOTHING} denied"
    return [*table(header, rows), faint(legend)]
