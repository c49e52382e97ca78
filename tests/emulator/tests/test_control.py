"""The control API (log, faults, account state, IAM history), and concurrent calls."""

from __future__ import annotations

import threading
import urllib.error

from botocore.exceptions import ClientError, ConnectionClosedError

from .support import EmulatorTest, control, endpoint


class Control(EmulatorTest):
    """Requests to the control API."""

    def arm(self, **fault: object) -> None:
        """Arm one fault for TagRole."""
        control("POST", "faults", {"service": "iam", "action": "TagRole", **fault})

    def tag(self, key: str) -> None:
        """Add a tag to the role: the call that the faults select."""
        self.client("iam").tag_role(RoleName="worker", Tags=[{"Key": key, "Value": ""}])

    def tags(self) -> list[str]:
        """The keys of the role's tags."""
        tags = self.client("iam").list_role_tags(RoleName="worker")["Tags"]
        return sorted(tag["Key"] for tag in tags)

    def test_log_lists_calls(self) -> None:
        self.role()
        self.assert_error("NoSuchEntity", self.client("iam").get_role, RoleName="none")
        log = control("GET", "log")
        self.assertEqual(log["counts"], {"iam:CreateRole": 1, "iam:GetRole": 1})
        calls = [(call["action"], call["params"], call["code"]) for call in log["calls"]]
        self.assertEqual(
            calls,
            [
                ("CreateRole", {"RoleName": "worker"}, None),
                ("GetRole", {"RoleName": "none"}, "NoSuchEntity"),
            ],
        )
        control("POST", "log")
        self.assertEqual(control("GET", "log")["calls"], [])

    def test_faults_before_effect(self) -> None:
        self.role()
        self.arm(mode="error", code="AccessDenied", skip=1, times=2)
        self.tag("first")
        for _ in range(2):
            self.assert_error("AccessDenied", self.tag, key="second")
        self.tag("third")
        self.arm(mode="throttle")
        self.assert_error("Throttling", self.tag, key="fourth")
        self.arm(mode="reset")
        self.assertRaises(ConnectionClosedError, self.tag, "fifth")
        self.assertEqual(self.tags(), ["first", "third"])
        self.assertEqual(control("DELETE", "faults"), {"triggered": [2, 1, 1]})

    def test_faults_by_chance(self) -> None:
        self.role()
        self.arm(mode="throttle", share=0.3, times=1_000)
        failures = 0
        for number in range(40):
            try:
                self.tag(f"tag-{number}")
            except ClientError as error:
                failures += 1
                self.assertEqual(error.response["Error"]["Code"], "Throttling")
        self.assertTrue(4 < failures < 25, failures)
        self.assertEqual(control("DELETE", "faults"), {"triggered": [failures]})

    def test_faults_after_effect(self) -> None:
        self.role()
        self.arm(mode="lost")
        self.assertRaises(ConnectionClosedError, self.tag, "lost")
        self.arm(mode="error_after", code="ServiceFailure", status=500)
        self.assert_error("ServiceFailure", self.tag, key="failed")
        self.assertEqual(self.tags(), ["failed", "lost"])

    def test_hold_after_blocks_response(self) -> None:
        self.role()
        self.arm(mode="hold_after")
        errors: list[type] = []

        def call() -> None:
            try:
                self.tag("held")
            except ConnectionClosedError as error:
                errors.append(type(error))

        thread = threading.Thread(target=call)
        thread.start()
        while control("GET", "faults") != {"triggered": [1]}:
            pass
        self.assertEqual((errors, self.tags()), ([], ["held"]))
        control("DELETE", "faults")
        thread.join(10)
        self.assertEqual(errors, [ConnectionClosedError])

    def test_iam_history_has_each_change(self) -> None:
        self.role()
        control("POST", "iam-history")
        self.tag("first")
        self.tags()
        self.client("iam").delete_role(RoleName="worker")
        snapshots = control("DELETE", "iam-history")["snapshots"]
        self.assertEqual([each["after"] for each in snapshots], ["TagRole", "DeleteRole"])
        tags = snapshots[0]["roles"]["worker"]["tags"]
        self.assertIn("first", tags)
        self.assertEqual(snapshots[1]["roles"], {})
        self.assertEqual(control("DELETE", "iam-history"), {"snapshots": []})

    def test_invalid_requests_are_rejected(self) -> None:
        for method, operation, body in (
            ("POST", "faults", {"mode": "unknown"}),
            ("POST", "faults", {"colour": "blue"}),
            ("GET", "nothing", None),
        ):
            with self.assertRaises(urllib.error.HTTPError):
                control(method, operation, body)

    def test_call_changes_account_state(self) -> None:
        control("POST", "seed")
        before = control("GET", "account-state")
        call = {
            "service": "dynamodb",
            "action": "PutItem",
            "params": {"TableName": "mlspace-projects", "Item": {"name": {"S": "x"}}},
        }
        self.assertEqual(control("POST", "call", call)["status"], 200)
        after = control("GET", "account-state")
        self.assertEqual(after["tables"]["mlspace-projects"], [{"name": {"S": "x"}}])
        after["tables"]["mlspace-projects"] = []
        self.assertEqual(after, before)
        self.assertEqual(control("GET", "log")["calls"], [])

    def test_concurrent_calls_all_take_effect(self) -> None:
        self.role()
        arns = [self.policy(f"p{n}") for n in range(8)]
        failures: list[ClientError] = []

        def attach(arn: str) -> None:
            try:
                self.client("iam").attach_role_policy(RoleName="worker", PolicyArn=arn)
            except ClientError as error:
                failures.append(error)

        threads = [threading.Thread(target=attach, args=(arn,)) for arn in arns]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(failures, [])
        attached = self.client("iam").list_attached_role_policies(RoleName="worker")
        self.assertEqual(len(attached["AttachedPolicies"]), 8)

    def test_endpoint_is_loopback(self) -> None:
        self.assertTrue(endpoint().startswith("http://127.0.0.1:"))
