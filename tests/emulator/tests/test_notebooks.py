"""Rules of SageMaker notebook instances and lifecycle configurations."""

from __future__ import annotations

from typing import Any

from .support import EmulatorTest, control, document, tests_rules

SCRIPT = [{"Content": "ZWNobyBoaQ=="}]


class NotebookTest(EmulatorTest):
    """A test with a seeded account and a role for instances."""

    def setUp(self) -> None:
        """Seed the account, and create a role."""
        super().setUp()
        self.seed = control("POST", "seed")
        self.sagemaker = self.client("sagemaker")
        self.arn = self.role()

    def create(self, name: str = "Notebook", **more: Any) -> dict[str, Any]:
        """Create an instance in the seeded network."""
        params: dict[str, Any] = {
            "NotebookInstanceName": name,
            "InstanceType": "ml.t3.medium",
            "RoleArn": self.arn,
            "SubnetId": self.seed["subnet_ids"][0],
            "SecurityGroupIds": self.seed["security_group_ids"],
            **more,
        }
        given = {key: value for key, value in params.items() if value is not None}
        return self.sagemaker.create_notebook_instance(**given)

    def describe(self, name: str = "Notebook") -> dict[str, Any]:
        """Describe an instance, which counts as a poll."""
        return self.sagemaker.describe_notebook_instance(NotebookInstanceName=name)

    def status(self, name: str = "Notebook") -> str:
        """The status of an instance; counts as a poll."""
        return self.describe(name)["NotebookInstanceStatus"]

    def running(self, **more: Any) -> str:
        """Create an instance and finish its transition to InService; returns its ARN."""
        arn = self.create(**more)["NotebookInstanceArn"]
        control("POST", "finish-transitions")
        return arn

    def stopped(self, **more: Any) -> str:
        """Create an instance and stop it; returns its ARN."""
        arn = self.running(**more)
        self.sagemaker.stop_notebook_instance(NotebookInstanceName="Notebook")
        control("POST", "finish-transitions")
        return arn


class Parameters(NotebookTest):
    """Validation of parameters."""

    @tests_rules("notebook_names")
    def test_names_are_validated(self) -> None:
        for name in ("a_b", "-a", "a-", "a" * 64):
            self.assert_error("ValidationException", self.create, name=name)

    @tests_rules("notebook_parameters")
    def test_enumerations_and_ranges_are_validated(self) -> None:
        for invalid in (
            {"InstanceType": "ml.t3.gigantic"},
            {"VolumeSizeInGB": 4},
            {"VolumeSizeInGB": 16385},
            {"RootAccess": "Perhaps"},
            {"PlatformIdentifier": "notebook-al9-v1"},
        ):
            with self.subTest(invalid):
                self.assert_error("ValidationException", self.create, **invalid)

    @tests_rules("notebook_imds")
    def test_metadata_service_version_is_validated(self) -> None:
        settings = {"MinimumInstanceMetadataServiceVersion": "3"}
        self.assert_error(
            "ValidationException", self.create, InstanceMetadataServiceConfiguration=settings
        )

    @tests_rules("notebook_role")
    def test_role_must_exist_and_trust_sagemaker(self) -> None:
        self.assert_error("ValidationException", self.create, RoleArn=f"{self.arn}x")
        other = {"Service": "ec2.amazonaws.com"}
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": other}
        created = self.client("iam").create_role(
            RoleName="other", AssumeRolePolicyDocument=document(statement)
        )
        self.assert_error("ValidationException", self.create, RoleArn=created["Role"]["Arn"])

    @tests_rules("notebook_network")
    def test_network_must_exist(self) -> None:
        for invalid in (
            {"SubnetId": "subnet-0"},
            {"SecurityGroupIds": ["sg-0"]},
            {"SubnetId": None, "SecurityGroupIds": None, "DirectInternetAccess": "Disabled"},
        ):
            with self.subTest(invalid):
                self.assert_error("ValidationException", self.create, **invalid)

    @tests_rules("notebook_key")
    def test_key_must_exist(self) -> None:
        self.create(KmsKeyId=self.seed["kms_key_arn"])
        alias = {"AliasName": "alias/mine", "TargetKeyId": self.seed["kms_key_id"]}
        self.client("kms").create_alias(**alias)
        self.create(name="by-alias", KmsKeyId="alias/mine")
        missing = "1234abcd-12ab-34cd-56ef-1234567890ab"
        self.assert_error("ValidationException", self.create, name="other", KmsKeyId=missing)

    @tests_rules("notebook_lifecycle")
    def test_lifecycle_configuration_must_exist(self) -> None:
        self.assert_error("ValidationException", self.create, LifecycleConfigName="none")

    @tests_rules("notebook_tags")
    def test_tags_are_validated(self) -> None:
        many = [{"Key": f"k{n}", "Value": ""} for n in range(51)]
        reserved = [{"Key": "aws:x", "Value": ""}]
        for tags in (many, reserved):
            self.assert_error("ValidationException", self.create, Tags=tags)


class Statuses(NotebookTest):
    """Status changes, and the calls that each status allows."""

    @tests_rules("create_notebook", "describe_notebook")
    def test_create_takes_time(self) -> None:
        arn = self.create()["NotebookInstanceArn"]
        self.assertTrue(arn.endswith("/notebook"), "ARNs have the name in lower case")
        seen = [self.status() for _ in range(4)]
        self.assertEqual(seen, ["Pending", "Pending", "InService", "InService"])
        described = self.describe()
        self.assertEqual(described["DirectInternetAccess"], "Enabled")
        self.assertEqual(described["RootAccess"], "Enabled")
        self.assertEqual(described["VolumeSizeInGB"], 5)
        self.assertTrue(described["NetworkInterfaceId"].startswith("eni-"))
        self.assertIn("Url", described)
        self.assert_error("ValidationException", self.create)

    @tests_rules("stop_notebook")
    def test_stop_requires_in_service(self) -> None:
        self.create()
        stop = self.sagemaker.stop_notebook_instance
        self.assert_error("ValidationException", stop, NotebookInstanceName="Notebook")
        control("POST", "finish-transitions")
        stop(NotebookInstanceName="Notebook")
        self.assertEqual([self.status() for _ in range(3)], ["Stopping", "Stopping", "Stopped"])

    @tests_rules("start_notebook")
    def test_start_requires_stopped_or_failed(self) -> None:
        self.running()
        start = self.sagemaker.start_notebook_instance
        self.assert_error("ValidationException", start, NotebookInstanceName="Notebook")
        for status in ("Stopped", "Failed"):
            control("POST", "notebook", {"name": "Notebook", "status": status})
            start(NotebookInstanceName="Notebook")
            self.assertEqual(self.status(), "Pending")
            control("POST", "finish-transitions")

    @tests_rules("delete_notebook")
    def test_delete_requires_stopped_and_takes_time(self) -> None:
        self.running()
        delete = self.sagemaker.delete_notebook_instance
        self.assert_error("ValidationException", delete, NotebookInstanceName="Notebook")
        control("POST", "notebook", {"name": "Notebook", "status": "Failed"})
        delete(NotebookInstanceName="Notebook")
        self.assertEqual([self.status() for _ in range(2)], ["Deleting", "Deleting"])
        gone = self.assert_error("ValidationException", self.describe)
        self.assertIn("RecordNotFound", str(gone))

    @tests_rules("update_notebook")
    def test_update_requires_stopped_and_larger_volume(self) -> None:
        self.running(VolumeSizeInGB=20)
        update = self.sagemaker.update_notebook_instance
        named = {"NotebookInstanceName": "Notebook"}
        self.assert_error("ValidationException", update, **named, InstanceType="ml.t3.large")
        control("POST", "notebook", {"name": "Notebook", "status": "Stopped"})
        self.assert_error("ValidationException", update, **named, VolumeSizeInGB=10)
        update(**named, InstanceType="ml.t3.large", VolumeSizeInGB=30)
        self.assertEqual([self.status() for _ in range(3)], ["Updating", "Updating", "Stopped"])
        described = self.describe()
        self.assertEqual(described["InstanceType"], "ml.t3.large")
        self.assertEqual(described["VolumeSizeInGB"], 30)

    @tests_rules("describe_notebook")
    def test_fail_next_makes_create_fail(self) -> None:
        failure = {"name": "Notebook", "status": "fail_next", "reason": "no capacity"}
        control("POST", "notebook", failure)
        self.create()
        control("POST", "finish-transitions")
        described = self.describe()
        self.assertEqual(described["NotebookInstanceStatus"], "Failed")
        self.assertEqual(described["FailureReason"], "no capacity")

    @tests_rules("presigned_url")
    def test_presigned_url_requires_in_service(self) -> None:
        self.create()
        sign = self.sagemaker.create_presigned_notebook_instance_url
        named = {"NotebookInstanceName": "Notebook"}
        self.assert_error("ValidationException", sign, **named)
        control("POST", "finish-transitions")
        self.assertIn("authToken=", sign(**named)["AuthorizedUrl"])
        for seconds in (60, 1799, 43201):
            given = {"SessionExpirationDurationInSeconds": seconds}
            self.assert_error("ValidationException", sign, **named, **given)
        self.assert_error("ValidationException", sign, NotebookInstanceName="Other")


class TagsAndLists(NotebookTest):
    """Tags and pagination."""

    @tests_rules("add_tags", "list_tags", "delete_tags")
    def test_add_tags_overwrites(self) -> None:
        arn = self.running(Tags=[{"Key": "project", "Value": "fraud"}])
        s = self.sagemaker
        s.add_tags(ResourceArn=arn, Tags=[{"Key": "project", "Value": "churn"}])
        self.assertEqual(
            s.list_tags(ResourceArn=arn)["Tags"], [{"Key": "project", "Value": "churn"}]
        )
        s.delete_tags(ResourceArn=arn, TagKeys=["project", "none"])
        self.assertEqual(s.list_tags(ResourceArn=arn)["Tags"], [])

    @tests_rules("list_notebooks")
    def test_list_is_paginated(self) -> None:
        for n in range(12):
            self.create(f"n{n:02}")
        page = self.sagemaker.list_notebook_instances()
        self.assertEqual(len(page["NotebookInstances"]), 10)
        page = self.sagemaker.list_notebook_instances(NextToken=page["NextToken"])
        self.assertEqual(len(page["NotebookInstances"]), 2)
        found = self.sagemaker.list_notebook_instances(NameContains="n03")
        self.assertEqual(len(found["NotebookInstances"]), 1)
        found = self.sagemaker.list_notebook_instances(StatusEquals="Stopped")
        self.assertEqual(found["NotebookInstances"], [])


class LifecycleConfigs(NotebookTest):
    """Lifecycle configurations."""

    name = {"NotebookInstanceLifecycleConfigName": "setup"}

    @tests_rules("create_config", "describe_config", "update_config", "list_configs")
    def test_configs_create_update_list(self) -> None:
        s = self.sagemaker
        create = s.create_notebook_instance_lifecycle_config
        create(**self.name, OnStart=SCRIPT)
        self.assert_error("ValidationException", create, **self.name)
        invalid = [{"Content": "not base64!"}]
        update = s.update_notebook_instance_lifecycle_config
        self.assert_error("ValidationException", update, **self.name, OnCreate=invalid)
        update(**self.name, OnCreate=SCRIPT)
        described = s.describe_notebook_instance_lifecycle_config(**self.name)
        self.assertEqual((described["OnCreate"], described["OnStart"]), (SCRIPT, SCRIPT))
        listed = s.list_notebook_instance_lifecycle_configs()
        self.assertEqual(len(listed["NotebookInstanceLifecycleConfigs"]), 1)

    @tests_rules("delete_config", "notebook_lifecycle", "update_notebook")
    def test_config_in_use_cannot_be_deleted(self) -> None:
        s = self.sagemaker
        s.create_notebook_instance_lifecycle_config(**self.name, OnStart=SCRIPT)
        self.stopped(LifecycleConfigName="setup")
        delete = s.delete_notebook_instance_lifecycle_config
        self.assert_error("ValidationException", delete, **self.name)
        update = s.update_notebook_instance
        both = {"LifecycleConfigName": "setup", "DisassociateLifecycleConfig": True}
        named = {"NotebookInstanceName": "Notebook"}
        self.assert_error("ValidationException", update, **named, **both)
        update(**named, DisassociateLifecycleConfig=True)
        delete(**self.name)


class Times(NotebookTest):
    """Times of changes."""

    @tests_rules("start_notebook")
    def test_each_change_has_a_time_of_its_own(self) -> None:
        """A list has the time of the last change that a description has."""
        self.stopped()
        first = self.describe()["LastModifiedTime"]
        self.sagemaker.start_notebook_instance(NotebookInstanceName="Notebook")
        listed = self.sagemaker.list_notebook_instances()["NotebookInstances"][0]
        self.assertGreater(listed["LastModifiedTime"], first)
        self.assertEqual(listed["LastModifiedTime"], self.describe()["LastModifiedTime"])
