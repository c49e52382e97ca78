"""Rules of SageMaker's notebook instances and their lifecycle configurations."""

from __future__ import annotations

from typing import Any

from .support import EmulatorTest, control, document, holds

SCRIPT = [{"Content": "ZWNobyBoaQ=="}]


class NotebookTest(EmulatorTest):
    """A seeded account with a role for instances."""

    def setUp(self) -> None:
        """Seed the account."""
        super().setUp()
        self.seed = control("POST", "seed")
        self.sagemaker = self.client("sagemaker")
        self.arn = self.role()

    def create(self, name: str = "Notebook", **more: Any) -> dict[str, Any]:
        """Make an instance in the seeded network."""
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
        """One look."""
        return self.sagemaker.describe_notebook_instance(NotebookInstanceName=name)

    def status(self, name: str = "Notebook") -> str:
        """One look at the status alone."""
        return self.describe(name)["NotebookInstanceStatus"]

    def running(self, **more: Any) -> str:
        """Make an instance and wait until it is InService; its ARN."""
        arn = self.create(**more)["NotebookInstanceArn"]
        control("POST", "settle")
        return arn

    def stopped(self, **more: Any) -> str:
        """Make an instance and stop it; its ARN."""
        arn = self.running(**more)
        self.sagemaker.stop_notebook_instance(NotebookInstanceName="Notebook")
        control("POST", "settle")
        return arn


class Demands(NotebookTest):
    """What an instance needs to come to be."""

    @holds("notebook_names")
    def test_names(self) -> None:
        for name in ("a_b", "-a", "a-", "a" * 64):
            self.refused("ValidationException", self.create, name=name)

    @holds("notebook_shapes")
    def test_shapes(self) -> None:
        for wrong in (
            {"InstanceType": "ml.t3.gigantic"},
            {"VolumeSizeInGB": 4},
            {"VolumeSizeInGB": 16385},
            {"RootAccess": "Perhaps"},
            {"PlatformIdentifier": "notebook-al9-v1"},
        ):
            with self.subTest(wrong):
                self.refused("ValidationException", self.create, **wrong)

    @holds("notebook_imds")
    def test_metadata_service(self) -> None:
        settings = {"MinimumInstanceMetadataServiceVersion": "3"}
        self.refused(
            "ValidationException", self.create, InstanceMetadataServiceConfiguration=settings
        )

    @holds("notebook_role")
    def test_the_role_exists_and_trusts_sagemaker(self) -> None:
        self.refused("ValidationException", self.create, RoleArn=f"{self.arn}x")
        other = {"Service": "ec2.amazonaws.com"}
        statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": other}
        made = self.client("iam").create_role(
            RoleName="other", AssumeRolePolicyDocument=document(statement)
        )
        self.refused("ValidationException", self.create, RoleArn=made["Role"]["Arn"])

    @holds("notebook_network")
    def test_the_network_exists(self) -> None:
        for wrong in (
            {"SubnetId": "subnet-0"},
            {"SecurityGroupIds": ["sg-0"]},
            {"SubnetId": None, "SecurityGroupIds": None, "DirectInternetAccess": "Disabled"},
        ):
            with self.subTest(wrong):
                self.refused("ValidationException", self.create, **wrong)

    @holds("notebook_key")
    def test_the_key_exists(self) -> None:
        self.create(KmsKeyId=self.seed["kms_key_arn"])
        alias = {"AliasName": "alias/mine", "TargetKeyId": self.seed["kms_key_id"]}
        self.client("kms").create_alias(**alias)
        self.create(name="by-alias", KmsKeyId="alias/mine")
        missing = "1234abcd-12ab-34cd-56ef-1234567890ab"
        self.refused("ValidationException", self.create, name="other", KmsKeyId=missing)

    @holds("notebook_lifecycle")
    def test_the_lifecycle_configuration_exists(self) -> None:
        self.refused("ValidationException", self.create, LifecycleConfigName="none")

    @holds("notebook_tags")
    def test_tags(self) -> None:
        many = [{"Key": f"k{n}", "Value": ""} for n in range(51)]
        reserved = [{"Key": "aws:x", "Value": ""}]
        for tags in (many, reserved):
            self.refused("ValidationException", self.create, Tags=tags)


class States(NotebookTest):
    """States, their order, and what each refuses."""

    @holds("create_notebook", "describe_notebook")
    def test_coming_to_be_takes_time(self) -> None:
        arn = self.create()["NotebookInstanceArn"]
        self.assertTrue(arn.endswith("/notebook"), "AWS writes names in lower case here")
        seen = [self.status() for _ in range(4)]
        self.assertEqual(seen, ["Pending", "Pending", "InService", "InService"])
        told = self.describe()
        self.assertEqual(told["DirectInternetAccess"], "Enabled")
        self.assertEqual(told["RootAccess"], "Enabled")
        self.assertEqual(told["VolumeSizeInGB"], 5)
        self.assertTrue(told["NetworkInterfaceId"].startswith("eni-"))
        self.assertIn("Url", told)
        self.refused("ValidationException", self.create)

    @holds("stop_notebook")
    def test_only_running_instances_stop(self) -> None:
        self.create()
        stop = self.sagemaker.stop_notebook_instance
        self.refused("ValidationException", stop, NotebookInstanceName="Notebook")
        control("POST", "settle")
        stop(NotebookInstanceName="Notebook")
        self.assertEqual([self.status() for _ in range(3)], ["Stopping", "Stopping", "Stopped"])

    @holds("start_notebook")
    def test_only_stopped_and_failed_instances_start(self) -> None:
        self.running()
        start = self.sagemaker.start_notebook_instance
        self.refused("ValidationException", start, NotebookInstanceName="Notebook")
        for status in ("Stopped", "Failed"):
            control("POST", "notebook", {"name": "Notebook", "status": status})
            start(NotebookInstanceName="Notebook")
            self.assertEqual(self.status(), "Pending")
            control("POST", "settle")

    @holds("delete_notebook")
    def test_deleting_takes_time_and_needs_a_stop(self) -> None:
        self.running()
        delete = self.sagemaker.delete_notebook_instance
        self.refused("ValidationException", delete, NotebookInstanceName="Notebook")
        control("POST", "notebook", {"name": "Notebook", "status": "Failed"})
        delete(NotebookInstanceName="Notebook")
        self.assertEqual([self.status() for _ in range(2)], ["Deleting", "Deleting"])
        gone = self.refused("ValidationException", self.describe)
        self.assertIn("RecordNotFound", str(gone))

    @holds("update_notebook")
    def test_updates(self) -> None:
        self.running(VolumeSizeInGB=20)
        update = self.sagemaker.update_notebook_instance
        named = {"NotebookInstanceName": "Notebook"}
        self.refused("ValidationException", update, **named, InstanceType="ml.t3.large")
        control("POST", "notebook", {"name": "Notebook", "status": "Stopped"})
        self.refused("ValidationException", update, **named, VolumeSizeInGB=10)
        update(**named, InstanceType="ml.t3.large", VolumeSizeInGB=30)
        self.assertEqual([self.status() for _ in range(3)], ["Updating", "Updating", "Stopped"])
        told = self.describe()
        self.assertEqual((told["InstanceType"], told["VolumeSizeInGB"]), ("ml.t3.large", 30))

    @holds("describe_notebook")
    def test_failing_on_request(self) -> None:
        wish = {"name": "Notebook", "status": "doomed", "reason": "no capacity"}
        control("POST", "notebook", wish)
        self.create()
        control("POST", "settle")
        told = self.describe()
        self.assertEqual(told["NotebookInstanceStatus"], "Failed")
        self.assertEqual(told["FailureReason"], "no capacity")

    @holds("presigned_url")
    def test_presigned_urls(self) -> None:
        self.create()
        sign = self.sagemaker.create_presigned_notebook_instance_url
        named = {"NotebookInstanceName": "Notebook"}
        self.refused("ValidationException", sign, **named)
        control("POST", "settle")
        self.assertIn("authToken=", sign(**named)["AuthorizedUrl"])
        self.refused("ValidationException", sign, **named, SessionExpirationDurationInSeconds=60)


class TagsAndLists(NotebookTest):
    """Tags, and lists in pages."""

    @holds("add_tags", "list_tags", "delete_tags")
    def test_tags_are_overwritten(self) -> None:
        arn = self.running(Tags=[{"Key": "project", "Value": "fraud"}])
        s = self.sagemaker
        s.add_tags(ResourceArn=arn, Tags=[{"Key": "project", "Value": "churn"}])
        self.assertEqual(
            s.list_tags(ResourceArn=arn)["Tags"], [{"Key": "project", "Value": "churn"}]
        )
        s.delete_tags(ResourceArn=arn, TagKeys=["project", "none"])
        self.assertEqual(s.list_tags(ResourceArn=arn)["Tags"], [])

    @holds("list_notebooks")
    def test_lists_have_pages_of_ten(self) -> None:
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

    @holds("create_config", "describe_config", "update_config", "list_configs")
    def test_create_update_list(self) -> None:
        s = self.sagemaker
        make = s.create_notebook_instance_lifecycle_config
        make(**self.name, OnStart=SCRIPT)
        self.refused("ValidationException", make, **self.name)
        broken = [{"Content": "not base64!"}]
        update = s.update_notebook_instance_lifecycle_config
        self.refused("ValidationException", update, **self.name, OnCreate=broken)
        update(**self.name, OnCreate=SCRIPT)
        told = s.describe_notebook_instance_lifecycle_config(**self.name)
        self.assertEqual((told["OnCreate"], told["OnStart"]), (SCRIPT, SCRIPT))
        listed = s.list_notebook_instance_lifecycle_configs()
        self.assertEqual(len(listed["NotebookInstanceLifecycleConfigs"]), 1)

    @holds("delete_config", "notebook_lifecycle", "update_notebook")
    def test_in_use(self) -> None:
        s = self.sagemaker
        s.create_notebook_instance_lifecycle_config(**self.name, OnStart=SCRIPT)
        self.stopped(LifecycleConfigName="setup")
        delete = s.delete_notebook_instance_lifecycle_config
        self.refused("ValidationException", delete, **self.name)
        update = s.update_notebook_instance
        both = {"LifecycleConfigName": "setup", "DisassociateLifecycleConfig": True}
        named = {"NotebookInstanceName": "Notebook"}
        self.refused("ValidationException", update, **named, **both)
        update(**named, DisassociateLifecycleConfig=True)
        delete(**self.name)
