"""Rules of EventBridge Scheduler, and when a daily schedule fires."""

from __future__ import annotations

import json
import unittest
from datetime import datetime, timezone
from typing import Any

from ..rules.schedules import firings
from .support import ACCOUNT, EmulatorTest, control, tests_rules

GROUP = "mlspace-stop"
TARGET = {
    "Arn": "arn:aws:scheduler:::aws-sdk:sagemaker:stopNotebookInstance",
    "RoleArn": f"arn:aws:iam::{ACCOUNT}:role/stop",
    "Input": json.dumps({"NotebookInstanceName": "Notebook"}),
}


class Schedules(EmulatorTest):
    """Calls on schedules."""

    def setUp(self) -> None:
        """Make a group."""
        super().setUp()
        self.scheduler = self.client("scheduler")
        self.scheduler.create_schedule_group(Name=GROUP)

    def settings(self, **more: Any) -> dict[str, Any]:
        """A daily schedule."""
        return {
            "Name": "Notebook",
            "GroupName": GROUP,
            "ScheduleExpression": "cron(30 19 * * ? *)",
            "FlexibleTimeWindow": {"Mode": "OFF"},
            "Target": TARGET,
            **more,
        }

    def get(self) -> dict[str, Any]:
        """Read the schedule."""
        return self.scheduler.get_schedule(GroupName=GROUP, Name="Notebook")

    @tests_rules("create_schedule_group")
    def test_group_names_are_unique(self) -> None:
        """A second group of a name is refused."""
        self.assert_error("ConflictException", self.scheduler.create_schedule_group, Name=GROUP)

    @tests_rules("create_schedule")
    def test_create_checks_settings(self) -> None:
        """Wrong groups, expressions, time zones and targets are refused."""
        create = self.scheduler.create_schedule
        self.assert_error("ResourceNotFoundException", create, **self.settings(GroupName="other"))
        for wrong in (
            {"ScheduleExpression": "cron(30 24 * * ? *)"},
            {"ScheduleExpressionTimezone": "Europe/Berlln"},
            {"Target": {**TARGET, "Arn": TARGET["Arn"].replace("stop", "describe")}},
            {"Target": {**TARGET, "RetryPolicy": {"MaximumEventAgeInSeconds": 59}}},
        ):
            self.assert_error("ValidationException", create, **self.settings(**wrong))
        create(**self.settings())
        self.assert_error("ConflictException", create, **self.settings())

    @tests_rules("existing_schedule")
    def test_update_replaces_settings(self) -> None:
        """What is not sent returns to its default."""
        self.scheduler.create_schedule(
            **self.settings(State="DISABLED", ScheduleExpressionTimezone="Asia/Tokyo")
        )
        self.scheduler.update_schedule(**self.settings())
        found = self.get()
        self.assertEqual(found["State"], "ENABLED")
        self.assertEqual(found["ScheduleExpressionTimezone"], "UTC")

    def test_get_has_defaults(self) -> None:
        """The retry policy has its defaults; a missing group is like a missing schedule."""
        self.scheduler.create_schedule(**self.settings())
        retry = self.get()["Target"]["RetryPolicy"]
        self.assertEqual(retry["MaximumRetryAttempts"], 185)
        self.assertEqual(retry["MaximumEventAgeInSeconds"], 86400)
        other = {"GroupName": "other", "Name": "Notebook"}
        self.assert_error("ResourceNotFoundException", self.scheduler.get_schedule, **other)

    def test_delete_needs_the_schedule(self) -> None:
        """A schedule of another group is not deleted."""
        self.scheduler.create_schedule(**self.settings())
        other = {"GroupName": "other", "Name": "Notebook"}
        self.assert_error("ResourceNotFoundException", self.scheduler.delete_schedule, **other)
        self.scheduler.delete_schedule(GroupName=GROUP, Name="Notebook")
        self.assert_error("ResourceNotFoundException", self.get)


class Clock(unittest.TestCase):
    """When schedules fire."""

    def fired(self, at: str, zone: str, after: str, until: str) -> list[str]:
        """Times in UTC."""
        hour, minute = at.split(":")
        expression = f"cron({int(minute)} {int(hour)} * * ? *)"
        begin, end = (
            datetime.fromisoformat(text).replace(tzinfo=timezone.utc) for text in (after, until)
        )
        return [f"{each:%d %H:%M}" for each in firings(expression, zone, begin, end)]

    def test_daily_across_a_change_of_clocks(self) -> None:
        """The wall time stays when the clocks change."""
        found = self.fired("19:00", "Europe/Berlin", "2027-03-27", "2027-03-30")
        self.assertEqual(found, ["27 18:00", "28 17:00", "29 17:00"])

    def test_time_that_a_day_lacks_is_skipped(self) -> None:
        """Nothing fires on the day of the gap, in the night and at midnight."""
        found = self.fired("02:30", "Europe/Berlin", "2027-03-27", "2027-03-30")
        self.assertEqual(found, ["27 01:30", "29 00:30"])
        found = self.fired("00:30", "Asia/Beirut", "2027-03-26", "2027-03-29")
        self.assertEqual(found, ["26 22:30", "28 21:30"])

    def test_time_that_a_day_has_twice_fires_once(self) -> None:
        """The first of both counts."""
        found = self.fired("02:30", "Europe/Berlin", "2027-10-30", "2027-11-01")
        self.assertEqual(found, ["30 00:30", "31 00:30"])

    def test_midnight_belongs_to_the_day_of_the_zone(self) -> None:
        """East and west of UTC."""
        self.assertEqual(self.fired("00:05", "Asia/Tokyo", "2027-06-01", "2027-06-02"), ["01 15:05"])
        self.assertEqual(
            self.fired("23:55", "America/New_York", "2027-06-01", "2027-06-02"), ["01 03:55"]
        )


class Firing(EmulatorTest):
    """A schedule stops a notebook."""

    def test_fire_stops_running_notebooks(self) -> None:
        """Only between the times, and only what runs."""
        seed = control("POST", "seed")
        self.client("sagemaker").create_notebook_instance(
            NotebookInstanceName="Notebook",
            InstanceType="ml.t3.medium",
            RoleArn=self.role(),
            SubnetId=seed["subnet_ids"][0],
            SecurityGroupIds=seed["security_group_ids"],
        )
        control("POST", "finish-transitions")
        self.client("scheduler").create_schedule(
            Name="Notebook",
            GroupName=seed["schedule_group"],
            ScheduleExpression="cron(30 19 * * ? *)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target=TARGET,
        )
        noon, evening = "2027-06-01T12:00:00+00:00", "2027-06-01T20:00:00+00:00"
        cases = ((noon, noon, []), (noon, evening, ["Notebook"]), (noon, evening, []))
        for after, until, stopped in cases:
            fired = control("POST", "fire-schedules", {"after": after, "until": until})
            self.assertEqual(fired, {"stopped": stopped})
