"""Answer questions about IAM policies with the solver z3.

Reads one question a line from standard input, as JSON, and writes one answer a line: `sat` if a
request of the question is allowed, `unsat` if none is, `unknown` if the solver gives up.

The encoding is independent of `iam-policy`: it was written from the IAM user guide, with a variable
for each part of a request, and the solver's own theories of strings, regular expressions, numbers
and bit vectors. A key with many values has as many as `SLOTS`, more than any statement asks for.
"""

import ipaddress
import json
import re
import sys
from datetime import UTC, datetime
from fractions import Fraction
from functools import cache
from typing import Any

import z3

SLOTS = 3
TIMEOUT_MILLISECONDS = 500
ACCOUNT = "111122223333"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/r"
TEXT, NUMBER, DATE, FLAG, ADDRESS = "text", "number", "date", "flag", "address"
# What follows from the caller.
GIVEN = {
    "aws:principalarn": ROLE,
    "aws:principalaccount": ACCOUNT,
    "aws:resourceaccount": ACCOUNT,
    "aws:principaltype": "AssumedRole",
    "aws:principalisawsservice": "false",
    "aws:username": None,
}

ANY = z3.AllChar(z3.ReSort(z3.StringSort()))
ALL = z3.Star(ANY)
NO_COLON = z3.Diff(ANY, z3.Re(":"))


def chars(first: str, last: str) -> z3.ReRef:
    """A range of characters."""
    return z3.Range(first, last)


def union(all_of: list[z3.ReRef]) -> z3.ReRef:
    """Any of the expressions; nothing, if there are none."""
    if not all_of:
        return z3.Empty(z3.ReSort(z3.StringSort()))
    return all_of[0] if len(all_of) == 1 else z3.Union(*all_of)


def concat(parts: list[z3.ReRef]) -> z3.ReRef:
    """One after the other."""
    if not parts:
        return z3.Re("")
    return parts[0] if len(parts) == 1 else z3.Concat(*parts)


def pieces(text: str, variables: bool, wildcards: bool) -> list[tuple[str, Any]]:
    """`(kind, value)`: characters, wildcards, and variables as `(key, default)`."""
    found: list[tuple[str, Any]] = []
    while text:
        match = variables and re.match(r"\$\{([^}]*?)(?:, '(.*?)'(?=\}))?\}", text)
        if match and match[1] in ("*", "?", "$"):
            found.append(("char", match[1]))
        elif match:
            found.append(("variable", (match[1].strip().lower(), match[2])))
        else:
            kind = {"*": "many", "?": "one"}.get(text[0]) if wildcards else None
            found.append((kind or "char", text[0]))
        text = text[match.end() :] if match else text[1:]
    return found


def expression(row: list[tuple[str, Any]], resource: bool = False, arn: bool = False) -> z3.ReRef:
    """The regular expression of pieces without variables.

    In a resource, a star in the first five parts that does not end its part stays in it. In an ARN
    that is compared part by part, every wildcard of those parts does.
    """
    parts = []
    colons = 0
    for index, (kind, value) in enumerate(row):
        limited = arn and colons < 5
        if kind == "char":
            parts.append(z3.Re(value))
            colons += value == ":"
        elif kind == "one":
            parts.append(NO_COLON if limited else ANY)
        else:
            following = row[index + 1] if index + 1 < len(row) else None
            inside = resource and colons < 5 and following and following != ("char", ":")
            parts.append(z3.Star(NO_COLON) if inside or limited else ALL)
    if arn and colons < 5:
        return union([])
    return concat(parts)


def folded(text: str) -> z3.ReRef:
    """The text in any case."""
    extra = {"k": "\u212a"}
    letters = [sorted({c, c.upper(), *extra.get(c, "")}) for c in text.lower()]
    return concat([union([z3.Re(z3.StringVal(c)) for c in same]) for same in letters])


@cache
def number(text: str) -> Fraction | None:
    """A decimal without exponent."""
    return Fraction(text) if re.fullmatch(r"[+-]?\d+(\.\d+)?", text) else None


@cache
def date(text: str) -> int | None:
    """Milliseconds since 1970."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        text += "T00:00:00+00:00"
    when = datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int((when - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds() * 1000)


class Key:
    """The values of a context key, as variables."""

    def __init__(self, name: str, kind: str, many: bool, given: Any, open_: bool) -> None:
        self.kind = kind
        self.rules: list[z3.BoolRef] = []
        if given is not None or not open_:
            values = [] if given is None else [given]
            self.slots = [(z3.BoolVal(True), z3.StringVal(value)) for value in values]
            if self.kind == FLAG:
                self.slots = [(z3.BoolVal(True), z3.BoolVal(value == "true")) for value in values]
        else:
            sort = {NUMBER: z3.Real, DATE: z3.Int, FLAG: z3.Bool, TEXT: z3.String}.get(self.kind)
            make = sort or (lambda label: (z3.Bool(label + "/6"), z3.BitVec(label, 128)))
            count = SLOTS if many else 1
            self.slots = [(z3.Bool(f"{name}?{i}"), make(f"{name}={i}")) for i in range(count)]
            if self.kind == ADDRESS:
                version6, bits = self.slots[0][1]
                self.rules.append(z3.Or(version6, z3.ULT(bits, z3.BitVecVal(1 << 32, 128))))
        self.missing = z3.Not(z3.Or([present for present, _ in self.slots]))
        filled = [present for present, _ in self.slots]
        if self.kind == TEXT:
            filled = [z3.And(present, value != "") for present, value in self.slots]
        self.empty = z3.Not(z3.Or(filled))
        if many:
            # AWS calls an empty string a null dataset: a list has none.
            self.rules += [z3.Implies(present, value != "") for present, value in self.slots]


class Question:
    """A question, as constraints over one request."""

    def __init__(self, asked: dict) -> None:
        self.asked = asked
        self.unset = asked["unset"]
        self.keys: dict[str, Key] = {}
        self.resource = z3.String("resource")
        self.action = z3.String("action")

    def key(self, name: str) -> Key:
        """The key of this name, in any case."""
        name = name.lower()
        if name not in self.keys:
            tag = name.removeprefix("aws:principaltag/")
            is_tag = tag != name
            given = GIVEN.get(name)
            if is_tag:
                given = self.asked["tags"].get(tag)
            open_ = name not in GIVEN and (not is_tag or tag in self.asked["open_tags"])
            kind, many = self.asked["keys"].get(name, (TEXT, False))
            self.keys[name] = Key(name, kind, many, given, open_)
        return self.keys[name]

    def value(self, name: str) -> tuple[z3.BoolRef, z3.SeqRef]:
        """Whether a variable has a value, and the value."""
        slots = self.key(name).slots
        return slots[0] if slots else (z3.BoolVal(False), z3.StringVal(""))

    def matches(
        self, subject: z3.SeqRef, text: str, version: str, wildcards: bool, **how: bool
    ) -> tuple[z3.BoolRef, z3.BoolRef]:
        """Whether the subject matches a text, and whether all variables of it have a value."""
        row = pieces(text, version == "2012-10-17", wildcards)
        at = [i for i, (kind, _) in enumerate(row) if kind == "variable"]
        if not at:
            return z3.InRe(subject, expression(row, **how)), z3.BoolVal(True)
        (index,) = at
        name, default = row[index][1]
        is_set, value = self.value(name)
        before, after = row[:index], row[index + 1 :]
        plain = all(kind == "char" for kind, _ in before)
        start = "".join(c for _, c in before)

        def with_value(value: z3.SeqRef) -> z3.BoolRef:
            if not plain:
                assert not after, text
                length = z3.Length(subject) - z3.Length(value)
                front = z3.SubString(subject, 0, length)
                return z3.And(z3.SuffixOf(value, subject), z3.InRe(front, expression(before, **how)))
            head = z3.Concat(z3.StringVal(start), value)
            if not after:
                return subject == head
            rest = "".join(c for _, c in after[:-1])
            assert after[-1][0] == "many" and all(kind == "char" for kind, _ in after[:-1]), text
            return z3.PrefixOf(z3.Concat(head, z3.StringVal(rest)), subject)

        found = z3.And(is_set, with_value(value))
        if default is None:
            return found, is_set
        other = z3.And(z3.Not(is_set), with_value(z3.StringVal(default)))
        return z3.Or(found, other), z3.BoolVal(True)

    def compares(
        self, base: str, value: Any, operand: str, version: str
    ) -> tuple[z3.BoolRef, z3.BoolRef]:
        """Whether the positive form of an operator holds, and whether its variables have values."""
        true = z3.BoolVal(True)
        if base in ("StringEquals", "StringLike"):
            return self.matches(value, operand, version, base == "StringLike")
        if base == "BinaryEquals":
            return value == z3.StringVal(operand), true
        if base == "StringEqualsIgnoreCase":
            row = pieces(operand, version == "2012-10-17", False)
            if all(kind == "char" for kind, _ in row):
                return z3.InRe(value, folded("".join(c for _, c in row))), true
            (name, default) = row[0][1]
            is_set, own = self.value(name)
            assert len(row) == 1 and (z3.is_string_value(own) or z3.is_false(is_set)), operand
            if z3.is_true(is_set):
                return z3.InRe(value, folded(own.as_string())), true
            if default is None:
                return z3.BoolVal(False), z3.BoolVal(False)
            return z3.InRe(value, folded(default)), true
        if base in ("ArnEquals", "ArnLike"):
            return self.matches(value, operand, version, True, arn=True)
        if base == "Bool":
            wanted = operand.lower()
            return (value if wanted == "true" else z3.And(z3.Not(value), wanted == "false")), true
        if base == "IpAddress":
            network = ipaddress.ip_network(operand, strict=False)
            version6, bits = value
            width = network.max_prefixlen
            first = z3.BitVecVal(int(network.network_address), 128)
            mask = z3.BitVecVal(((1 << width) - 1) ^ ((1 << (width - network.prefixlen)) - 1), 128)
            family = version6 if network.version == 6 else z3.Not(version6)
            return z3.And(family, bits & mask == first), true
        family, _, relation = re.match(r"(Numeric|Date)()(\w+)", base).groups()
        bound = number(operand) if family == "Numeric" else date(operand)
        if bound is None:
            return z3.BoolVal(False), true
        right = z3.Q(bound.numerator, bound.denominator) if family == "Numeric" else z3.IntVal(bound)
        return {
            "Equals": lambda: value == right,
            "LessThan": lambda: value < right,
            "LessThanEquals": lambda: value <= right,
            "GreaterThan": lambda: value > right,
            "GreaterThanEquals": lambda: value >= right,
        }[relation](), true

    def condition(
        self, operator: str, name: str, operands: list[str], version: str, unset: str
    ) -> tuple[z3.BoolRef, z3.BoolRef]:
        """Whether a condition holds, and whether its variables have values."""
        key = self.key(name)
        if operator == "Null":
            wants = {operand.lower() == "true" for operand in operands}
            return z3.Or([key.missing if wanted else z3.Not(key.missing) for wanted in wants]), (
                z3.BoolVal(True)
            )
        qualifier, _, rest = operator.rpartition(":")
        if_exists = rest.endswith("IfExists")
        rest = rest.removesuffix("IfExists")
        negated = "Not" in rest
        base = rest.replace("Not", "")
        all_set = z3.BoolVal(True)
        matched = []
        for present, value in key.slots:
            found = [self.compares(base, value, operand, version) for operand in operands]
            all_set = z3.And([is_set for _, is_set in found])
            any_of = z3.Or([hit for hit, _ in found])
            if negated and unset == "FailsElement":
                any_of = z3.Or(any_of, z3.Not(all_set))
            matched.append((present, any_of))
        if not key.slots:
            # A comparison with a text to find out whether the variables have values.
            texts = base.startswith(("String", "Arn", "Binary"))
            if texts and base != "BinaryEquals":
                dummy = z3.StringVal("")
                found = [self.compares(base, dummy, operand, version) for operand in operands]
                all_set = z3.And([is_set for _, is_set in found])
        good = [z3.And(present, hit != negated) for present, hit in matched]
        bad = [z3.And(present, hit == negated) for present, hit in matched]
        if qualifier == "ForAllValues":
            holds = z3.Or(key.empty, z3.Not(z3.Or(bad)))
        elif qualifier == "ForAnyValue":
            holds = z3.And(z3.Not(key.empty), z3.Or(good))
        else:
            hit = z3.Or([z3.And(present, hit) for present, hit in matched])
            holds = z3.If(key.missing, z3.BoolVal(negated or if_exists), hit != negated)
        return holds, all_set

    def applies(self, statement: dict, version: str, unset: str) -> z3.BoolRef:
        """Whether a statement applies to the request, apart from its principals."""
        parts = []
        for element in ("Action", "NotAction"):
            if element in statement:
                rows = [pieces(p.lower(), False, True) for p in listed(statement[element])]
                found = z3.InRe(self.action, union([expression(row) for row in rows]))
                parts.append(found if element == "Action" else z3.Not(found))
        all_set = []
        for element in ("Resource", "NotResource"):
            if element in statement:
                found = [
                    self.matches(self.resource, p, version, True, resource=True)
                    for p in listed(statement[element])
                ]
                all_set += [is_set for _, is_set in found]
                hit = z3.Or([hit for hit, _ in found])
                if element == "NotResource":
                    hit = z3.Not(hit)
                    if unset == "FailsElement":
                        hit = z3.And(hit, *[is_set for _, is_set in found])
                parts.append(hit)
        for operator, keys in statement.get("Condition", {}).items():
            for name, operands in keys.items():
                holds, is_set = self.condition(operator, name, listed(operands), version, unset)
                parts.append(holds)
                all_set.append(is_set)
        if unset == "VoidsStatement":
            parts += all_set
        return z3.And(parts)

    def layer(self, documents: list[dict], attached: bool, bounded: bool = False) -> tuple:
        """The denies of a layer, and its allows by how they name the caller."""
        denies, allows = [], {"direct": [], "role": [], "account": []}
        for document in documents:
            version = document.get("Version", "2008-10-17")
            for statement in listed(document["Statement"]):
                deny = statement["Effect"] == "Deny"
                if "Principal" in statement:
                    how = named(statement["Principal"])
                elif "NotPrincipal" in statement:
                    excepted = named(statement["NotPrincipal"]) and not (bounded and deny)
                    how = None if excepted else "direct"
                else:
                    how = "direct" if attached else None
                if how:
                    applies = self.applies(statement, version, self.unset)
                    (denies if deny else allows[how]).append(applies)
        return denies, allows

    def allowed(self) -> z3.BoolRef:
        """Whether the request is allowed."""
        layers = self.asked["layers"]
        rules = []

        def every(allows: dict) -> z3.BoolRef:
            return z3.Or([applies for group in allows.values() for applies in group])

        def decide(documents: list[dict], attached: bool, bounded: bool = False) -> dict:
            denies, allows = self.layer(documents, attached, bounded)
            rules.extend(z3.Not(deny) for deny in denies)
            return allows

        identity = every(decide(layers["identity"], True))
        limits = z3.And(
            [every(decide([layers[n]], True)) for n in ("boundary", "session") if layers[n]]
        )
        for level in layers["serviceControl"]:
            rules.append(every(decide(level, True)))
        for level in layers["resourceControl"]:
            # Everything is allowed there beside what is given.
            decide(level, False)
        if layers["endpoint"]:
            rules.append(every(decide([layers["endpoint"]], False)))
        granted = z3.And(identity, limits)
        if layers["resource"]:
            own = decide([layers["resource"]], False, bool(layers["boundary"]))
            by_resource = z3.Or(z3.Or(own["direct"]), z3.And(z3.Or(own["role"]), limits))
            alone = z3.Or(granted, by_resource)
            both = z3.Or(by_resource, z3.And(granted, every(own)))
            needs = [z3.PrefixOf(z3.StringVal(p), self.action) for p in ("kms:", "sts:assumerole")]
            granted = z3.If(z3.Or(needs), both, alone)
        return z3.And(granted, *rules)

    def answer(self) -> str:
        """`sat`, `unsat` or `unknown`."""
        solver = z3.Solver()
        solver.set("timeout", TIMEOUT_MILLISECONDS)
        claim = self.asked["claim"]
        for statement, wanted in claim:
            version = "2012-10-17"
            applies = self.applies(statement, version, "MatchesNothing")
            solver.add(applies if wanted else z3.Not(applies))
        solver.add(self.allowed())
        name = z3.Plus(union([chars("a", "z"), chars("0", "9")]))
        service = z3.Plus(union([chars("a", "z"), chars("0", "9"), z3.Re("-")]))
        solver.add(z3.InRe(self.action, concat([service, z3.Re(":"), name])))
        part = z3.Star(NO_COLON)
        colon = z3.Re(":")
        account = union([z3.Re(""), z3.Re(ACCOUNT)])
        parts = [z3.Re("arn:"), part, colon, part, colon, part, colon, account, colon, ALL]
        solver.add(z3.InRe(self.resource, union([z3.Re("*"), concat(parts)])))
        for key in self.keys.values():
            solver.add(key.rules)
        return str(solver.check())


def listed(value: Any) -> list:
    """A list, also of one."""
    return value if isinstance(value, list) else [value]


def named(principal: Any) -> str | None:
    """How a principal names the caller: directly, by its role, or by its account."""
    if principal == "*":
        return "direct"
    strongest = None
    for name in listed(principal.get("AWS", [])):
        if name == "*":
            return "direct"
        if name == ROLE:
            strongest = "role"
        elif name in (ACCOUNT, f"arn:aws:iam::{ACCOUNT}:root"):
            strongest = strongest or "account"
    return strongest


def main() -> None:
    """Answer line by line."""
    for line in sys.stdin:
        print(Question(json.loads(line)).answer(), flush=True)


if __name__ == "__main__":
    main()
