"""Known disagreements of the two evaluators, each with AWS's text.

As in the differential tests (`tests/conformance/differential/known_disagreements.rs`), an entry
restates the policies: what AWS's text says in place of what is disputed, all else as it is. A
disagreement counts as known only if iam-simulate, asked again, comes to our answer.
"""

from __future__ import annotations

import json
import re
from typing import Any

from .principals import Layers

_NOTHING = "arn:aws:glacier:::nothing"


def wildcard_in_type(layers: Layers, resource: str, context: dict[str, Any]) -> Layers:
    """A wildcard can stand for the type of a resource, as in `arn:aws:sagemaker:*:*:*/fraud-*`.

    iam-simulate takes it literally, since the page on ARNs calls `arn:aws:iam::123456789012:u*`
    incorrect (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html). Policies of AWS
    for SageMaker rely on it: "Resource": ["arn:aws:sagemaker:*:*:*Canvas*"] in
    https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AmazonSageMakerCanvasFullAccess.html
    """

    def restate(pattern: str) -> str:
        parts = pattern.split(":", 5)
        if len(parts) < 6 or parts[2] == "s3" or not re.search(r"[*?]", re.split("[/:]", parts[5])[0]):
            return pattern
        return resource if _matches(pattern, resource, context) else _NOTHING

    def document(given: Any) -> Any:
        if given is None:
            return None
        copy = json.loads(json.dumps(given))
        statements = copy["Statement"]
        for statement in statements if isinstance(statements, list) else [statements]:
            for element in ("Resource", "NotResource"):
                values = statement.get(element)
                if isinstance(values, str):
                    statement[element] = values if values == "*" else restate(values)
                elif values:
                    statement[element] = [each if each == "*" else restate(each) for each in values]
        return copy

    return Layers(
        [document(each) for each in layers.identity],
        document(layers.boundary),
        document(layers.session),
        document(layers.resource),
        document(layers.endpoint),
    )


def _matches(pattern: str, resource: str, context: dict[str, Any]) -> bool:
    """Whether a pattern with variables matches an ARN, segment by segment."""
    lower = {key.lower(): value for key, value in context.items()}
    values = [lower.get(key.lower()) for key in re.findall(r"\$\{([^}]+)\}", pattern)]
    if None in values:
        return False
    literal = iter(map(str, values))
    pieces = re.split(r"(\$\{[^}]+\}|\*|\?)", pattern)
    expression = ""
    for piece in pieces:
        if piece.startswith("${"):
            expression += re.escape(next(literal))
        else:
            expression += {"*": ".*", "?": "."}.get(piece, re.escape(piece))
    return re.fullmatch(expression, resource) is not None


KNOWN = (wildcard_in_type,)
