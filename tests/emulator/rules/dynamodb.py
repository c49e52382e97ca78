"""DynamoDB: tables that take time, idempotent transactions, the sizes of batches."""

from __future__ import annotations

import json
from typing import Any

from moto.dynamodb.comparisons import ConditionExpressionParser

from ..wire import Answer, Call, Refusal
from . import on_reset, patch, rule

API = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/"
_DATA = (
    "GetItem",
    "PutItem",
    "UpdateItem",
    "DeleteItem",
    "Query",
    "Scan",
    "BatchGetItem",
    "BatchWriteItem",
    "TransactGetItems",
    "TransactWriteItems",
)

_creating: dict[str, int] = {}
_tokens: dict[str, tuple[str, Answer]] = {}


@on_reset
def forget() -> None:
    """Forget tokens and tables under way."""
    _creating.clear()
    _tokens.clear()


def invalid(message: str) -> Refusal:
    """A ValidationException."""
    return Refusal("ValidationException", message)


@rule("dynamodb", "CreateTable", page=f"{API}API_CreateTable.html", after=True)
def creating(call: Call, answer: Answer) -> Answer:
    """A new table is CREATING until it has been described once."""
    _creating[call.text("TableName")] = 1
    return _with_status(answer, "TableDescription", "CREATING")


@rule("dynamodb", "DescribeTable", page=f"{API}API_CreateTable.html", after=True)
def described(call: Call, answer: Answer) -> Answer | None:
    """The first look still sees CREATING."""
    name = call.text("TableName").rsplit("/", 1)[-1]
    left = _creating.get(name, 0)
    if left == 0:
        return None
    _creating[name] = left - 1
    return _with_status(answer, "Table", "CREATING")


def _with_status(answer: Answer, member: str, status: str) -> Answer:
    body = answer.json()
    body[member]["TableStatus"] = status
    encoded = json.dumps(body).encode()
    # moto's checksum header would no longer fit.
    gone = {"content-length", "x-amz-crc32"}
    headers = [(k, v) for k, v in answer.headers if k.lower() not in gone]
    return Answer(
        answer.status, [*headers, ("Content-Length", str(len(encoded)))], encoded
    )


def _tables(call: Call) -> set[str]:
    """The tables that a data call touches."""
    names = {call.text("TableName")} - {""}
    names |= set(call.params.get("RequestItems") or {})
    for item in call.params.get("TransactItems") or []:
        names |= {part["TableName"] for part in item.values()}
    return {name.rsplit("/", 1)[-1] for name in names}


@rule("dynamodb", *_DATA, page=f"{API}API_CreateTable.html")
def no_data_while_creating(call: Call) -> None:
    """Data calls need an ACTIVE table."""
    for name in _tables(call):
        if _creating.get(name, 0):
            raise Refusal("ResourceNotFoundException", "Requested resource not found")


@rule(
    "dynamodb",
    "TransactWriteItems",
    "TransactGetItems",
    "BatchWriteItem",
    "BatchGetItem",
    page="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html",
)
def batch_sizes(call: Call) -> None:
    """25 writes a batch, 100 reads a batch, 100 actions a transaction; never none."""
    if call.action.startswith("Transact"):
        count, most = len(call.params.get("TransactItems") or []), 100
    else:
        parts: dict[str, Any] = call.params.get("RequestItems") or {}
        if call.action == "BatchWriteItem":
            count, most = sum(len(writes) for writes in parts.values()), 25
        else:
            count, most = sum(len(reads.get("Keys", [])) for reads in parts.values()), 100
    if not 1 <= count <= most:
        raise invalid(
            f"1 validation error detected: {call.action} takes 1 to {most} items, not {count}"
        )


@rule("dynamodb", "TransactWriteItems", page=f"{API}API_TransactWriteItems.html")
def repeated_transaction(call: Call) -> Answer | None:
    """A token seen before gives the old answer, or is refused with other parameters."""
    token = call.text("ClientRequestToken")
    seen = _tokens.get(token) if token else None
    if seen is None:
        return None
    if seen[0] != _fingerprint(call):
        raise Refusal(
            "IdempotentParameterMismatchException",
            "The ClientRequestToken was used before with other parameters",
        )
    return seen[1]


@rule(
    "dynamodb", "TransactWriteItems", page=f"{API}API_TransactWriteItems.html", after=True
)
def remember_transaction(call: Call, answer: Answer) -> None:
    """A token is remembered with its answer (AWS: for ten minutes)."""
    token = call.text("ClientRequestToken")
    if token:
        _tokens[token] = (_fingerprint(call), answer)


def _fingerprint(call: Call) -> str:
    return json.dumps(call.params.get("TransactItems"), sort_keys=True)


@patch(page=f"{API}API_PutItem.html")
def broken_conditions() -> None:
    """A condition that doesn't parse is the caller's mistake, not the service's."""
    parse = ConditionExpressionParser.parse

    def strict(parser: ConditionExpressionParser) -> Any:
        try:
            return parse(parser)
        except (ValueError, IndexError, AssertionError) as error:
            raise invalid(f"Invalid ConditionExpression: {error}") from None

    ConditionExpressionParser.parse = strict


@rule("dynamodb", "DeleteTable", page=f"{API}API_DeleteTable.html", after=True)
def deleted(call: Call, answer: Answer) -> None:
    """A deleted table is no longer under way."""
    _creating.pop(call.text("TableName"), None)
