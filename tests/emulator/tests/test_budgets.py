"""Rules of AWS Budgets."""

from __future__ import annotations

from typing import Any

from .support import ACCOUNT, EmulatorTest, control, tests_rules

TAGS = {"Tags": {"Key": "project", "Values": ["fraud"], "MatchOptions": ["EQUALS"]}}
ALICE = {"SubscriptionType": "EMAIL", "Address": "alice@example.com"}


def notification(threshold: float = 80, **more: Any) -> dict[str, Any]:
    """A notification about actual costs."""
    return {
        "NotificationType": "ACTUAL",
        "ComparisonOperator": "GREATER_THAN",
        "Threshold": threshold,
        **more,
    }


def told(threshold: float = 80, subscribers: list[dict[str, str]] | None = None) -> dict[str, Any]:
    """A notification with its subscribers."""
    people = [ALICE] if subscribers is None else subscribers
    return {"Notification": notification(threshold), "Subscribers": people}


class Budgets(EmulatorTest):
    """Calls on budgets."""

    def setUp(self) -> None:
        """Make a client, and the arguments of calls on one budget."""
        super().setUp()
        self.budgets = self.client("budgets")
        self.named = {"AccountId": ACCOUNT, "BudgetName": "fraud"}

    def settings(self, **more: Any) -> dict[str, Any]:
        """A monthly budget of the costs of a project."""
        return {
            "BudgetName": "fraud",
            "BudgetType": "COST",
            "TimeUnit": "MONTHLY",
            "BudgetLimit": {"Amount": "5000", "Unit": "USD"},
            "FilterExpression": TAGS,
            "Metrics": ["UnblendedCost"],
            **more,
        }

    def create(self, **more: Any) -> None:
        """Make the budget."""
        self.budgets.create_budget(AccountId=ACCOUNT, Budget=self.settings(), **more)

    def describe(self, **more: Any) -> dict[str, Any]:
        """Look at the budget."""
        return self.budgets.describe_budget(**self.named, **more)["Budget"]

    @tests_rules("create_budget")
    def test_create_checks_settings(self) -> None:
        """Wrong names, limits, filters and subscribers are refused."""
        create = self.budgets.create_budget
        for wrong in (
            {"BudgetName": "a/action/b"},
            {"FilterExpression": {"And": [TAGS]}},
            {"FilterExpression": {**TAGS, "Not": TAGS}},
            {"CostFilters": {"TagKeyValue": ["user:project$fraud"]}},
            {"Metrics": []},
        ):
            settings = self.settings(**wrong)
            self.assert_error(
                "InvalidParameterException", create, AccountId=ACCOUNT, Budget=settings
            )
        others = [{**ALICE, "Address": f"a{number}@example.com"} for number in range(11)]
        far = {"SubscriptionType": "SNS", "Address": "arn:aws:sns:us-east-1:210987654321:costs"}
        for code, subscribers in (
            ("CreationLimitExceededException", others),
            ("DuplicateRecordException", [ALICE, ALICE]),
            ("InvalidParameterException", [far]),
        ):
            notices = [told(subscribers=subscribers)]
            self.assert_error(
                code,
                create,
                AccountId=ACCOUNT,
                Budget=self.settings(),
                NotificationsWithSubscribers=notices,
            )
        self.create()
        self.assert_error(
            "DuplicateRecordException", create, AccountId=ACCOUNT, Budget=self.settings()
        )

    @tests_rules("describe_budget")
    def test_describe_hides_the_filter(self) -> None:
        """The filter has to be asked for; the amount has a decimal."""
        self.create()
        found = self.describe()
        self.assertNotIn("FilterExpression", found)
        self.assertEqual(found["BudgetLimit"]["Amount"], "5000.0")
        self.assertEqual(self.describe(ShowFilterExpression=True)["FilterExpression"], TAGS)

    @tests_rules("update_budget")
    def test_update_replaces_settings(self) -> None:
        """What is not sent is gone; notifications and tags stay."""
        self.create(
            NotificationsWithSubscribers=[told()], ResourceTags=[{"Key": "a", "Value": "b"}]
        )
        settings = self.settings()
        del settings["FilterExpression"], settings["Metrics"]
        self.budgets.update_budget(AccountId=ACCOUNT, NewBudget=settings)
        self.assertNotIn("FilterExpression", self.describe(ShowFilterExpression=True))
        self.assertEqual(len(self.notifications()), 1)
        self.assertEqual(self.tags(), [{"Key": "a", "Value": "b"}])

    def test_spend_is_zero_after_an_update(self) -> None:
        """What was spent comes from the control API, and goes with a change."""
        self.create()
        control("POST", "spend", {"budget": "fraud", "actual": "12.5", "forecast": "30"})
        self.assertEqual(self.describe()["CalculatedSpend"]["ActualSpend"]["Amount"], "12.5")
        self.budgets.update_budget(AccountId=ACCOUNT, NewBudget=self.settings())
        self.assertEqual(self.describe()["CalculatedSpend"]["ActualSpend"]["Amount"], "0.0")

    def notifications(self) -> list[dict[str, Any]]:
        """The notifications of the budget."""
        return self.budgets.describe_notifications_for_budget(**self.named)["Notifications"]

    def tags(self) -> list[dict[str, str]]:
        """The tags of the budget."""
        arn = f"arn:aws:budgets::{ACCOUNT}:budget/fraud"
        return self.budgets.list_tags_for_resource(ResourceARN=arn)["ResourceTags"]

    @tests_rules("budget_tags", "delete_budget")
    def test_deleted_budgets_have_no_tags(self) -> None:
        """A missing budget is an error, whatever is asked of it."""
        self.create()
        self.assertEqual(self.tags(), [])
        self.budgets.delete_budget(**self.named)
        for call in (self.tags, self.describe, self.notifications):
            self.assert_error("NotFoundException", call)
        self.assert_error("NotFoundException", self.budgets.delete_budget, **self.named)

    @tests_rules("notifications")
    def test_notifications_are_unique_and_few(self) -> None:
        """The type of a threshold is a percentage by default, and tells notifications apart."""
        self.create(NotificationsWithSubscribers=[told()])
        create, of = self.budgets.create_notification, self.named
        again = notification(ThresholdType="PERCENTAGE")
        self.assert_error(
            "DuplicateRecordException", create, **of, Notification=again, Subscribers=[ALICE]
        )
        create(**of, Notification=notification(ThresholdType="ABSOLUTE_VALUE"), Subscribers=[ALICE])
        for threshold in (1, 2, 3):
            create(**of, **told(threshold))
        self.assert_error("CreationLimitExceededException", create, **of, **told(4))
        subscribers = self.budgets.describe_subscribers_for_notification
        self.assertEqual(subscribers(**of, Notification=notification())["Subscribers"], [ALICE])
        self.budgets.delete_notification(**of, Notification=notification())
        self.assertEqual(len(self.notifications()), 4)
        self.assert_error("NotFoundException", subscribers, **of, Notification=notification())
