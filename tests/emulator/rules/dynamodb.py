"""DynamoDB: table statuses, idempotent transactions, limits of batches."""

from __future__ import annotations

import json
from typing import Any

from moto.dynamodb.comparisons import ConditionExpressionParser

from ..protocol import ApiError, Call, Response
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
_tokens: dict[str, tuple[str, Response]] = {}


@on_reset
def clear() -> None:
    """Delete the tokens, and the list of tables that are being created."""
    _creating.clear()
    _tokens.clear()


def invalid(message: str) -> ApiError:
    """A ValidationException."""
    return ApiError("ValidationException", message)


@rule("dynamodb", "CreateTable", page=f"{API}API_CreateTable.html", after=True)
def table_creating(call: Call, response: Response) -> Response:
    """A new table is CREATING."""
    _creating[call.string("TableName")] = 1
    return _with_status(response, "TableDescription", "CREATING")


@rule("dynamodb", "DescribeTable", page=f"{API}API_CreateTable.html", after=True)
def table_becomes_active(call: Call, response: Response) -> Response | None:
    """A table becomes ACTIVE after it was described once."""
    name = call.string("TableName").rsplit("/", 1)[-1]
    left = _creating.get(name, 0)
    if left == 0:
        return None
    _creating[name] = left - 1
    return _with_status(response, "Table", "CREATING")


def _with_status(response: Response, member: str, status: str) -> Response:
    body = response.json()
    body[member]["TableStatus"] = status
    encoded = json.dumps(body).encode()
    # moto's checksum header does not match the new body.
    dropped = {"content-length", "x-amz-crc32"}
    headers = [(k, v) for k, v in response.headers if k.lower() not in dropped]
    return Response(
        response.status, [*headers, ("Content-Length", str(len(encoded)))], encoded
    )


def _tables(call: Call) -> set[str]:
    """The tables that a data call uses."""
    names = {call.string("TableName")} - {""}
    names |= set(call.params.get("RequestItems") or {})
    for item in call.params.get("TransactItems") or []:
        names |= {part["TableName"] for part in item.values()}
    return {name.rsplit("/", 1)[-1] for name in names}


@rule("dynamodb", *_DATA, page=f"{API}API_CreateTable.html")
def data_calls_need_active_table(call: Call) -> None:
    """Data calls require an ACTIVE table."""
    for name in _tables(call):
        if _creating.get(name, 0):
            raise ApiError("ResourceNotFoundException", "Requested resource not found")


@rule(
    "dynamodb",
    "TransactWriteItems",
    "TransactGetItems",
    "BatchWriteItem",
    "BatchGetItem",
    page="https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ServiceQuotas.html",
)
def batch_sizes(call: Call) -> None:
    """1 to 25 writes per batch, 100 reads per batch, 100 actions per transaction."""
    if call.action.startswith("Transact"):
        count, limit = len(call.params.get("TransactItems") or []), 100
    else:
        parts: dict[str, Any] = call.params.get("RequestItems") or {}
        if call.action == "BatchWriteItem":
            count, limit = sum(len(writes) for writes in parts.values()), 25
        else:
            count, limit = sum(len(reads.get("Keys", [])) for reads in parts.values()), 100
    if not 1 <= count <= limit:
        raise invalid(
            f"1 validation error detected: {call.action} takes 1 to {limit} items, not {count}"
        )


@rule("dynamodb", "TransactWriteItems", page=f"{API}API_TransactWriteItems.html")
def repeated_transaction(call: Call) -> Response | None:
    """A repeated token returns the earlier response, or an error if the parameters differ."""
    token = call.string("ClientRequestToken")
    earlier = _tokens.get(token) if token else None
    if earlier is None:
        return None
    if earlier[0] != _fingerprint(call):
        raise ApiError(
            "IdempotentParameterMismatchException",
            "The ClientRequestToken was used before with other parameters",
        )
    return earlier[1]


@rule(
    "dynamodb", "TransactWriteItems", page=f"{API}API_TransactWriteItems.html", after=True
)
def remember_transaction(call: Call, response: Response) -> None:
    """The response is stored for its token (by AWS for ten minutes)."""
    token = call.string("ClientRequestToken")
    if token:
        _tokens[token] = (_fingerprint(call), response)


def _fingerprint(call: Call) -> str:
    return json.dumps(call.params.get("TransactItems"), sort_keys=True)


@patch(page=f"{API}API_PutItem.html")
def malformed_conditions() -> None:
    """A condition that cannot be parsed is a client error (400), not a server error (500)."""
    parse = ConditionExpressionParser.parse

    def strict(parser: ConditionExpressionParser) -> Any:
        try:
            return parse(parser)
        except (ValueError, IndexError, AssertionError) as error:
            raise invalid(f"Invalid ConditionExpression: {error}") from None

    ConditionExpressionParser.parse = strict


@rule("dynamodb", "DeleteTable", page=f"{API}API_DeleteTable.html", after=True)
def table_deleted(call: Call, response: Response) -> None:
    """A deleted table is no longer being created."""
    _creating.pop(call.string("TableName"), None)
