"""The emulator's own endpoints: log, faults, world, one order of events."""

from __future__ import annotations

import threading
import urllib.error
from botocore.exceptions import ClientError, ConnectionClosedError

from .support import EmulatorTest, control, endpoint


class Control(EmulatorTest):
    """What tests may ask."""

    def arm(self, **fault: object) -> None:
        """Arm one fault for TagRole."""
        control("POST", "faults", {"service": "iam", "action": "TagRole", **fault})

    def tag(self, key: str) -> None:
        """The call that faults strike."""
        self.client("iam").tag_role(RoleName="worker", Tags=[{"Key": key, "Value": ""}])

    def tags(self) -> list[str]:
        """The keys that arrived."""
        tags = self.client("iam").list_role_tags(RoleName="worker")["Tags"]
        return sorted(tag["Key"] for tag in tags)

    def test_log(self) -> None:
        self.role()
        self.refused("NoSuchEntity", self.client("iam").get_role, RoleName="none")
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

    def test_faults_before_an_effect(self) -> None:
        self.role()
        self.arm(mode="error", code="AccessDenied", skip=1, times=2)
        self.tag("first")
        for _ in range(2):
            self.refused("AccessDenied", self.tag, key="second")
        self.tag("third")
        self.arm(mode="throttle")
        self.refused("Throttling", self.tag, key="fourth")
        self.arm(mode="reset")
        self.assertRaises(ConnectionClosedError, self.tag, "fifth")
        self.assertEqual(self.tags(), ["first", "third"])
        self.assertEqual(control("DELETE", "faults"), {"struck": [2, 1, 1]})

    def test_faults_after_an_effect(self) -> None:
        self.role()
        self.arm(mode="lost")
        self.assertRaises(ConnectionClosedError, self.tag, "lost")
        self.arm(mode="error_after", code="ServiceFailure", status=500)
        self.refused("ServiceFailure", self.tag, key="failed")
        self.assertEqual(self.tags(), ["failed", "lost"])

    def test_a_held_call_waits(self) -> None:
        self.role()
        self.arm(mode="hold_after")
        ended: list[type] = []

        def call() -> None:
            try:
                self.tag("held")
            except ConnectionClosedError as error:
                ended.append(type(error))

        thread = threading.Thread(target=call)
        thread.start()
        while control("GET", "faults") != {"struck": [1]}:
            pass
        self.assertEqual((ended, self.tags()), ([], ["held"]))
        control("DELETE", "faults")
        thread.join(10)
        self.assertEqual(ended, [ConnectionClosedError])

    def test_the_album_has_a_picture_of_each_change(self) -> None:
        self.role()
        control("POST", "album")
        self.tag("first")
        self.tags()
        self.client("iam").delete_role(RoleName="worker")
        pictures = control("DELETE", "album")["pictures"]
        self.assertEqual([each["after"] for each in pictures], ["TagRole", "DeleteRole"])
        tags = pictures[0]["roles"]["worker"]["tags"]
        self.assertIn("first", tags)
        self.assertEqual(pictures[1]["roles"], {})
        self.assertEqual(control("DELETE", "album"), {"pictures": []})

    def test_mistakes_of_tests_are_told(self) -> None:
        for method, what, body in (
            ("POST", "faults", {"mode": "unknown"}),
            ("POST", "faults", {"colour": "blue"}),
            ("GET", "nothing", None),
        ):
            with self.assertRaises(urllib.error.HTTPError):
                control(method, what, body)

    def test_world_and_calls_by_others(self) -> None:
        control("POST", "seed")
        before = control("GET", "world")
        call = {
            "service": "dynamodb",
            "action": "PutItem",
            "params": {"TableName": "mlspace-projects", "Item": {"name": {"S": "x"}}},
        }
        self.assertEqual(control("POST", "call", call)["status"], 200)
        after = control("GET", "world")
        self.assertEqual(after["tables"]["mlspace-projects"], [{"name": {"S": "x"}}])
        after["tables"]["mlspace-projects"] = []
        self.assertEqual(after, before)
        self.assertEqual(control("GET", "log")["calls"], [])

    def test_parallel_calls_lose_nothing(self) -> None:
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

    def test_only_the_loopback(self) -> None:
        self.assertTrue(endpoint().startswith("http://127.0.0.1:"))
