"""Reads that are older than the last writes."""

from __future__ import annotations

from .support import EmulatorTest, control


class Lag(EmulatorTest):
    """A lag of two looks."""

    def setUp(self) -> None:
        super().setUp()
        control("POST", "lag", {"looks": 2})
        self.addCleanup(control, "POST", "lag", {"looks": 0})

    def tags(self) -> list[str]:
        """The keys of the role's tags, as IAM shows them now."""
        tags = self.client("iam").list_role_tags(RoleName="worker")["Tags"]
        return sorted(tag["Key"] for tag in tags)

    def test_new_role_is_not_found(self) -> None:
        self.role()
        get_role = self.client("iam").get_role
        for _ in range(2):
            self.assert_error("NoSuchEntity", get_role, RoleName="worker")
        get_role(RoleName="worker")

    def test_change_is_seen_later(self) -> None:
        self.role()
        control("POST", "settle")
        self.assertEqual(self.tags(), [])
        self.client("iam").tag_role(RoleName="worker", Tags=[{"Key": "a", "Value": ""}])
        self.assertEqual([self.tags() for _ in range(3)], [[], [], ["a"]])

    def test_new_process_sees_everything(self) -> None:
        self.role()
        self.client("sts").get_caller_identity()
        self.client("iam").get_role(RoleName="worker")

    def test_consistent_reads_are_not_late(self) -> None:
        table = {"TableName": "t", "BillingMode": "PAY_PER_REQUEST"}
        dynamodb = self.client("dynamodb")
        dynamodb.create_table(
            AttributeDefinitions=[{"AttributeName": "k", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "k", "KeyType": "HASH"}],
            **table,
        )
        dynamodb.describe_table(TableName="t")
        key = {"k": {"S": "x"}}
        self.assertNotIn("Item", dynamodb.get_item(TableName="t", Key=key))
        dynamodb.put_item(TableName="t", Item=key)
        self.assertIn("Item", dynamodb.get_item(TableName="t", Key=key))
