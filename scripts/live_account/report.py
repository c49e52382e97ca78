"""What a run prints."""

from __future__ import annotations

import textwrap

from .model import Finding


def line(finding: Finding) -> str:
    """A finding in one line."""
    return f"{finding.result:7}  {finding.belief.name:32}  {finding.belief.text}"


def details(findings: list[Finding]) -> str:
    """What to do about findings that are not as believed, and how many there are of each kind."""
    lines: list[str] = []
    untried: dict[str, list[str]] = {}
    for each in findings:
        if each.result == "DIFFERS":
            lines += ["", f"{each.belief.name}: DIFFERS", f"  believed: {each.belief.text}", f"  source:   {each.belief.page}"]
            lines += _wrapped("found:", each.detail) + _wrapped("do:", each.belief.remedy)
        elif each.result == "UNTRIED":
            untried.setdefault(each.detail, []).append(each.belief.name)
    for reason, names in untried.items():
        lines += ["", "UNTRIED", *_wrapped("checks:", ", ".join(names)), *_wrapped("reason:", reason)]
        lines.append("  do:       Conclude nothing about these. Repeat the run when the reason is gone.")
    counts = [sum(each.result == result for each in findings) for result in ("holds", "DIFFERS", "UNTRIED")]
    return "\n".join([*lines, "", "{} hold, {} differ, {} could not be tried".format(*counts)])


def _wrapped(title: str, text: str) -> list[str]:
    return textwrap.wrap(f"{title:9} {text}", 110, initial_indent="  ", subsequent_indent=" " * 12, break_on_hyphens=False)
