"""Members work in Studio with their own profile, as its web page does, and in no other's."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

from . import test_access
from .calls import TRAIN, training
from .platform import MEMBERS, Platform
from .test_access import DENIED


def tags(project: str, user: str) -> list[dict[str, str]]:
    """The tags of a membership's resources."""
    all_tags = {"system": "MLSpace", "project": project, "user": user}
    return [{"Key": key, "Value": value} for key, value in all_tags.items()]


class Studio(test_access.Members):
    """A domain with a profile for each member, as `mlspace_studio_user_profile` makes them."""

    domain: str

    @classmethod
    def setUpClass(cls) -> None:
        cls.platform = Platform(cls.model, ("registry", "studio"))
        cls.addClassCleanup(cls.platform.stop)
        sagemaker = cls.platform.admin("sagemaker")
        seed = cls.platform.seed
        made = sagemaker.create_domain(
            DomainName="ml",
            AuthMode="IAM",
            AppNetworkAccessType="VpcOnly",
            VpcId=seed["vpc_id"],
            SubnetIds=seed["subnet_ids"],
            KmsKeyId=cls.platform.key,
            HomeEfsFileSystemCreation="Disabled",
            TagPropagation="ENABLED",
            DefaultUserSettings={
                "ExecutionRole": cls.platform.roles["fraud", "alice"],
                "SecurityGroups": seed["security_group_ids"],
            },
            Tags=tags("none", "none")[:1],
        )
        cls.domain = made["DomainArn"].rsplit("/", 1)[1]
        cls.platform.control("POST", "finish-transitions")
        for project, user, _ in MEMBERS:
            sagemaker.create_user_profile(
                DomainId=cls.domain,
                UserProfileName=f"{project}-{user}",
                UserSettings={"ExecutionRole": cls.platform.roles[project, user]},
                Tags=tags(project, user),
            )
        cls.platform.control("POST", "finish-transitions")

    def as_member(self, user: tuple[str, str], operation: str, **parameters: Any) -> Any:
        """A call of a member on the domain."""
        client = self.platform.client("sagemaker", *user)
        answer = getattr(client, operation)(DomainId=self.domain, **parameters)
        self.platform.control("POST", "finish-transitions")
        return answer

    def assert_studio_denied(self, user: tuple[str, str], operation: str, **parameters: Any) -> None:
        """A call of a member on the domain is refused by the policies."""
        with self.assertRaises(ClientError, msg=f"{user}: {operation}") as caught:
            self.as_member(user, operation, **parameters)
        self.assertIn(caught.exception.response["Error"]["Code"], DENIED, f"{user}: {operation}")

    @staticmethod
    def new_space(name: str, profile: str, sharing: str = "Private") -> dict[str, Any]:
        """The parameters of a new space, without the domain."""
        return {
            "SpaceName": name,
            "OwnershipSettings": {"OwnerUserProfileName": profile},
            "SpaceSharingSettings": {"SharingType": sharing},
            "SpaceSettings": {"AppType": "JupyterLab"},
        }

    def test_member_creates_opens_stops_and_deletes_a_space(self) -> None:
        alice = ("fraud", "alice")
        self.as_member(alice, "create_space", **self.new_space("lab", "fraud-alice"))
        app = {"SpaceName": "lab", "AppType": "JupyterLab", "AppName": "default"}
        self.as_member(alice, "create_app", **app)
        space = self.as_member(alice, "describe_space", SpaceName="lab")
        self.assertEqual(space["OwnershipSettings"]["OwnerUserProfileName"], "fraud-alice")
        self.assertEqual(self.as_member(alice, "describe_app", **app)["Status"], "InService")
        sagemaker = self.platform.client("sagemaker", *alice)
        listed = sagemaker.list_spaces(DomainIdEquals=self.domain)["Spaces"]
        self.assertIn("lab", [each["SpaceName"] for each in listed])
        url = self.as_member(alice, "create_presigned_domain_url", UserProfileName="fraud-alice")
        self.assertIn("AuthorizedUrl", url)

        # Others of the project see it; nobody else changes, opens or deletes it.
        dora, bob = ("fraud", "dora"), ("risk", "bob")
        self.as_member(dora, "describe_space", SpaceName="lab")
        for other in (dora, bob):
            with self.subTest(other):
                self.assert_studio_denied(other, "update_space", SpaceName="lab", SpaceDisplayName="mine")
                self.assert_studio_denied(other, "delete_app", **app)
                self.assert_studio_denied(other, "delete_space", SpaceName="lab")
                self.assert_studio_denied(
                    other, "create_app", SpaceName="lab", AppType="JupyterLab", AppName="second"
                )
                self.assert_studio_denied(
                    other, "create_presigned_domain_url", UserProfileName="fraud-alice"
                )
                self.assert_studio_denied(
                    other, "create_space", **self.new_space("trap", "fraud-alice")
                )
        self.as_member(alice, "delete_app", **app)
        self.as_member(alice, "delete_space", SpaceName="lab")

    def test_shared_spaces_and_administration_stay_closed(self) -> None:
        alice, bob = ("fraud", "alice"), ("risk", "bob")
        for user, profile in ((alice, "fraud-alice"), (bob, "risk-bob")):
            with self.subTest(user):
                self.assert_studio_denied(user, "create_space", **self.new_space("all", profile, "Shared"))
                self.assert_studio_denied(user, "create_space", SpaceName="nobodys")
                self.assert_studio_denied(
                    user, "create_app", UserProfileName=profile, AppType="JupyterServer", AppName="default"
                )
                remote = self.new_space("remote", profile)
                remote["SpaceSettings"]["RemoteAccess"] = "ENABLED"
                self.assert_studio_denied(user, "create_space", **remote)
                self.assert_studio_denied(user, "update_user_profile", UserProfileName=profile, UserSettings={})
                self.assert_studio_denied(user, "update_domain", DefaultUserSettings={})

    def test_code_in_an_app_creates_with_the_tags_of_studio(self) -> None:
        alice = ("fraud", "alice")
        self.as_member(alice, "create_space", **self.new_space("code", "fraud-alice"))
        session = {"domain": self.domain, "profile": "fraud-alice", "space": "code"}
        credentials = self.platform.control("POST", "studio-session", session)
        sagemaker = self.platform.client_of(credentials, "sagemaker")
        params = training("fraud-in-studio")
        params |= {
            "RoleArn": self.platform.roles[alice],
            "Tags": tags(*alice),
            "VpcConfig": {
                "Subnets": self.platform.seed["subnet_ids"],
                "SecurityGroupIds": self.platform.seed["security_group_ids"],
            },
            "OutputDataConfig": {"S3OutputPath": TRAIN, "KmsKeyId": self.platform.key},
        }
        params["ResourceConfig"]["VolumeKmsKeyId"] = self.platform.key
        arn = sagemaker.create_training_job(**params)["TrainingJobArn"]
        keys = {tag["Key"] for tag in sagemaker.list_tags(ResourceArn=arn)["Tags"]}
        self.assertLessEqual({"sagemaker:domain-arn", "sagemaker:space-arn", "project"}, keys)
        sagemaker.create_space(DomainId=self.domain, **self.new_space("more", "fraud-alice"))
        other = {"DomainId": self.domain, **self.new_space("theirs", "fraud-dora")}
        with self.assertRaises(ClientError) as caught:
            sagemaker.create_space(**other)
        self.assertIn(caught.exception.response["Error"]["Code"], DENIED)


class AttributeStudio(Studio):
    """The same, in the attribute model."""

    model = "attribute"

