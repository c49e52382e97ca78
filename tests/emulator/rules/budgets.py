"""Budgets of AWS Budgets.

moto has no updates, subscribers and tags of budgets, accepts any name and filter, and answers with
the filter whether it is asked for or not. Times are fixed, so that no test depends on a clock.
"""

from __future__ import annotations

import re
from typing import Any

from .. import ACCOUNT
from ..protocol import ApiError, Call, Response, json_response
from . import on_reset, rule

API = "https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/"

_NAME = re.compile(r"(?!.*/action/)[^:\\]{1,100}")
_AMOUNT = re.compile(r"([0-9]*\.)?[0-9]+")
_NOTIFICATIONS = 5
_EMAILS = 10
# 1 November 2026 and 15 June 2087, where AWS lets budgets end by default.
_PERIOD = {"Start": 1793491200, "End": 3706473600}

BUDGETS: dict[str, dict[str, Any]] = {}


@on_reset
def _reset() -> None:
    BUDGETS.clear()


def _invalid(message: str) -> ApiError:
    return ApiError("InvalidParameterException", message)


def _missing(what: str) -> ApiError:
    return ApiError("NotFoundException", f"Unable to get {what} - it doesn't exist.")


def _check_account(call: Call) -> None:
    if call.string("AccountId") != ACCOUNT:
        raise ApiError("AccessDeniedException", f"Account {call.string('AccountId')} is another.")


def _budget(call: Call) -> dict[str, Any]:
    """The existing budget of a call."""
    _check_account(call)
    name = call.string("BudgetName")
    if name not in BUDGETS:
        raise _missing(f"budget: {name}")
    return BUDGETS[name]


def _settings(budget: dict[str, Any]) -> dict[str, Any]:
    """The settings of a new or changed budget; what is left out has its default."""
    if not _NAME.fullmatch(budget.get("BudgetName", "")):
        raise _invalid(f"{budget.get('BudgetName')} is not a name of a budget.")
    if budget.get("BudgetType") != "COST" or budget.get("TimeUnit") not in ("DAILY", "MONTHLY"):
        raise _invalid("BudgetType and TimeUnit are required.")
    limit = budget.get("BudgetLimit", {})
    if not _AMOUNT.fullmatch(limit.get("Amount", "")) or not limit.get("Unit"):
        raise _invalid("BudgetLimit needs an amount, which is a decimal number, and a unit.")
    expression, old = budget.get("FilterExpression"), budget.get("CostFilters")
    if expression and old:
        raise _invalid("FilterExpression cannot be used with CostFilters.")
    if expression and len(budget.get("Metrics", [])) != 1:
        raise _invalid("FilterExpression needs one metric.")
    if expression:
        _check_expression(expression)
    return {
        **budget,
        # As in published answers: `5000.0`.
        "BudgetLimit": {"Amount": str(float(limit["Amount"])), "Unit": limit["Unit"]},
        "TimePeriod": budget.get("TimePeriod") or _PERIOD,
        "CalculatedSpend": {"ActualSpend": {"Amount": "0.0", "Unit": limit["Unit"]}},
        "LastUpdatedTime": _PERIOD["Start"],
    }


def _check_expression(expression: dict[str, Any]) -> None:
    """An expression is one thing; lists of them have at least two."""
    if len(expression) != 1:
        raise _invalid("Expression must have exactly one root.")
    ((kind, value),) = expression.items()
    if kind in ("And", "Or"):
        if len(value) < 2:
            raise _invalid(f"{kind} needs at least two expressions.")
        for each in value:
            _check_expression(each)
    elif kind == "Tags" and not (value.get("Key") and value.get("Values")):
        raise _invalid("Tags need a key and values.")


def _trigger(notification: dict[str, Any]) -> dict[str, Any]:
    """What identifies a notification."""
    trigger = {
        "NotificationType": notification.get("NotificationType"),
        "ComparisonOperator": notification.get("ComparisonOperator"),
        "Threshold": float(notification.get("Threshold", -1)),
        "ThresholdType": notification.get("ThresholdType", "PERCENTAGE"),
    }
    if trigger["NotificationType"] not in ("ACTUAL", "FORECASTED"):
        raise _invalid("NotificationType is required.")
    if trigger["ComparisonOperator"] not in ("GREATER_THAN", "LESS_THAN", "EQUAL_TO"):
        raise _invalid("ComparisonOperator is required.")
    if not 0 < trigger["Threshold"] <= 1_000_000:
        raise _invalid("Threshold is out of range.")
    return trigger


def _notification(trigger: dict[str, Any], subscribers: list[dict[str, Any]]) -> dict[str, Any]:
    """A notification with its subscribers."""
    addresses = [(each.get("SubscriptionType"), each.get("Address")) for each in subscribers]
    emails = [address for kind, address in addresses if kind == "EMAIL"]
    topics = [address for kind, address in addresses if kind == "SNS"]
    if not addresses or len(addresses) != len(emails) + len(topics):
        raise _invalid("A notification needs subscribers.")
    if len(set(addresses)) != len(addresses):
        raise ApiError("DuplicateRecordException", "A subscriber is there twice.")
    if len(emails) > _EMAILS or len(topics) > 1:
        raise ApiError("CreationLimitExceededException", "A notification has too many subscribers.")
    if not all("@" in address for address in emails):
        raise _invalid("An address is not valid.")
    if not all(f":{ACCOUNT}:" in topic for topic in topics):
        raise _invalid("The topic is not in the account of the budget.")
    return {"Notification": trigger, "Subscribers": subscribers}


def _add(budget: dict[str, Any], notification: dict[str, Any]) -> None:
    """Add a notification, which no other one is like."""
    if any(each["Notification"] == notification["Notification"] for each in budget["notices"]):
        raise ApiError("DuplicateRecordException", "The notification exists.")
    if len(budget["notices"]) >= _NOTIFICATIONS:
        raise ApiError("CreationLimitExceededException", "The budget has too many notifications.")
    budget["notices"].append(notification)


def spend(name: str, actual: str, forecast: str) -> None:
    """Set what a budget's project spent and is expected to spend."""
    settings = BUDGETS[name]["settings"]
    unit = settings["BudgetLimit"]["Unit"]
    settings["CalculatedSpend"] = {
        "ActualSpend": {"Amount": actual, "Unit": unit},
        "ForecastedSpend": {"Amount": forecast, "Unit": unit},
    }


@rule("budgets", "CreateBudget", page=f"{API}API_budgets_CreateBudget.html")
def create_budget(call: Call) -> Response:
    """Name, limit, filter, notifications and subscribers are valid; the name is unique."""
    _check_account(call)
    settings = _settings(call.params.get("Budget", {}))
    name = settings["BudgetName"]
    if name in BUDGETS:
        raise ApiError("DuplicateRecordException", f"the budget already exists: {name}.")
    tags = {each["Key"]: each["Value"] for each in call.params.get("ResourceTags", [])}
    budget = {"settings": settings, "notices": [], "tags": tags}
    for each in call.params.get("NotificationsWithSubscribers", []):
        trigger = _trigger(each.get("Notification", {}))
        _add(budget, _notification(trigger, each.get("Subscribers", [])))
    BUDGETS[name] = budget
    return json_response({})


@rule("budgets", "UpdateBudget", page=f"{API}API_budgets_UpdateBudget.html")
def update_budget(call: Call) -> Response:
    """Replaces all settings; what was spent is zero until it is worked out again."""
    _check_account(call)
    settings = _settings(call.params.get("NewBudget", {}))
    if settings["BudgetName"] not in BUDGETS:
        raise _missing(f"budget: {settings['BudgetName']}")
    BUDGETS[settings["BudgetName"]]["settings"] = settings
    return json_response({})


@rule("budgets", "DescribeBudget", page=f"{API}API_budgets_DescribeBudget.html")
def describe_budget(call: Call) -> Response:
    """The filter is only in the answer if it is asked for."""
    settings = dict(_budget(call)["settings"])
    if not call.params.get("ShowFilterExpression"):
        settings.pop("FilterExpression", None)
        settings.pop("Metrics", None)
    return json_response({"Budget": settings})


@rule("budgets", "DeleteBudget", page=f"{API}API_budgets_DeleteBudget.html")
def delete_budget(call: Call) -> Response:
    """Removes a budget with its notifications and subscribers."""
    _budget(call)
    del BUDGETS[call.string("BudgetName")]
    return json_response({})


@rule(
    "budgets",
    "CreateNotification",
    "DeleteNotification",
    "DescribeNotificationsForBudget",
    "DescribeSubscribersForNotification",
    page=f"{API}API_budgets_CreateNotification.html",
)
def notifications(call: Call) -> Response:
    """A notification is identified by all its settings, and has subscribers."""
    budget = _budget(call)
    if call.action == "DescribeNotificationsForBudget":
        found = [{**each["Notification"], "NotificationState": "OK"} for each in budget["notices"]]
        return json_response({"Notifications": found})
    trigger = _trigger(call.params.get("Notification", {}))
    if call.action == "CreateNotification":
        _add(budget, _notification(trigger, call.params.get("Subscribers", [])))
        return json_response({})
    for each in budget["notices"]:
        if each["Notification"] == trigger:
            if call.action == "DeleteNotification":
                budget["notices"].remove(each)
                return json_response({})
            return json_response({"Subscribers": each["Subscribers"]})
    raise _missing("notification")


@rule("budgets", "ListTagsForResource", page=f"{API}API_budgets_ListTagsForResource.html")
def budget_tags(call: Call) -> Response:
    """The tags of a budget."""
    prefix, _, name = call.string("ResourceARN").partition(":budget/")
    if prefix != f"arn:aws:budgets::{ACCOUNT}":
        raise _invalid("ResourceARN is not that of a budget.")
    if name not in BUDGETS:
        raise _missing(f"budget: {name}")
    tags = sorted(BUDGETS[name]["tags"].items())
    return json_response({"ResourceTags": [{"Key": key, "Value": value} for key, value in tags]})
