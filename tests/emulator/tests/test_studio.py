"""Rules of Studio's domains, user profiles, spaces and apps."""

from __future__ import annotations

from typing import Any

from .support import EmulatorTest, control, tests_rules

PRIVATE = {"SpaceSharingSettings": {"SharingType": "Private"}}
SHARED = {"SpaceSharingSettings": {"SharingType": "Shared"}}


def tags(**pairs: str) -> list[dict[str, str]]:
    """Tags as the API has them."""
    return [{"Key": key, "Value": value} for key, value in pairs.items()]


class StudioTest(EmulatorTest):
    """A test with a seeded account and an execution role."""

    def setUp(self) -> None:
        """Seed the account, and create a role."""
        super().setUp()
        self.seed = control("POST", "seed")
        self.sagemaker = self.client("sagemaker")
        self.role_arn = self.role()
        self.groups = self.seed["security_group_ids"]

    def create_domain(self, name: str = "studio", **more: Any) -> dict[str, Any]:
        """Create a domain in the seeded network; values of None are left out."""
        user = {"ExecutionRole": self.role_arn, "SecurityGroups": self.groups}
        params: dict[str, Any] = {
            "DomainName": name,
            "AuthMode": "IAM",
            "VpcId": self.seed["vpc_id"],
            "SubnetIds": self.seed["subnet_ids"],
            "AppNetworkAccessType": "VpcOnly",
            "KmsKeyId": self.seed["kms_key_arn"],
            "HomeEfsFileSystemCreation": "Disabled",
            "DefaultUserSettings": user,
            **more,
        }
        given = {key: value for key, value in params.items() if value is not None}
        return self.sagemaker.create_domain(**given)

    def domain(self, **more: Any) -> str:
        """Create a domain and finish its transition; returns its id."""
        created = self.create_domain(**more)
        control("POST", "finish-transitions")
        return created["DomainId"]

    def profile(self, domain: str, name: str = "fraud-alice", **more: Any) -> str:
        """Create a profile and finish its transition; returns its ARN."""
        names = {"DomainId": domain, "UserProfileName": name}
        created = self.sagemaker.create_user_profile(**names, **more)
        control("POST", "finish-transitions")
        return created["UserProfileArn"]

    def create_space(self, domain: str, name: str = "lab", **more: Any) -> dict[str, Any]:
        """Create a private space of a profile."""
        owner = {"OwnershipSettings": {"OwnerUserProfileName": "fraud-alice"}}
        settings = {"SpaceSettings": {"AppType": "JupyterLab"}}
        params = {"DomainId": domain, "SpaceName": name, **owner, **PRIVATE, **settings, **more}
        given = {key: value for key, value in params.items() if value is not None}
        return self.sagemaker.create_space(**given)

    def space(self, domain: str, name: str = "lab", **more: Any) -> str:
        """Create a private space and finish its transition; returns its ARN."""
        created = self.create_space(domain, name, **more)
        control("POST", "finish-transitions")
        return created["SpaceArn"]

    def app(self, domain: str, space: str = "lab", **more: Any) -> dict[str, str]:
        """Create an app of a space and finish its transition; returns its names."""
        names = {"DomainId": domain, "SpaceName": space, "AppType": "JupyterLab", "AppName": "default"}
        self.sagemaker.create_app(**names, **more)
        control("POST", "finish-transitions")
        return names

    def statuses(self, describe: Any, names: dict[str, str], looks: int) -> list[str]:
        """What as many looks show."""
        return [describe(**names)["Status"] for _ in range(looks)]

    def tags_of(self, arn: str) -> dict[str, str]:
        """The tags of something."""
        listed = self.sagemaker.list_tags(ResourceArn=arn)["Tags"]
        return {tag["Key"]: tag["Value"] for tag in listed}


class Domains(StudioTest):
    """Domains."""

    @tests_rules("create_domain", "describe_domain")
    def test_create_takes_time(self) -> None:
        created = self.create_domain(Tags=tags(system="ml"))
        self.assertRegex(created["DomainId"], r"\Ad-[a-z0-9]{12}\Z")
        names = {"DomainId": created["DomainId"]}
        describe = self.sagemaker.describe_domain
        self.assertEqual(self.statuses(describe, names, 3), ["Pending", "Pending", "InService"])
        found = describe(**names)
        self.assertEqual(found["HomeEfsFileSystemCreation"], "Disabled")
        self.assertNotIn("HomeEfsFileSystemId", found)
        self.assertEqual(found["TagPropagation"], "DISABLED")
        self.assertEqual(self.tags_of(created["DomainArn"]), {"system": "ml"})
        self.assert_error("ResourceInUse", self.create_domain)
        self.assert_error("ResourceNotFound", describe, DomainId="d-none")

    @tests_rules("studio_parameters")
    def test_parameters_are_validated(self) -> None:
        user = {"ExecutionRole": self.role_arn}
        lab = {"AppLifecycleManagement": {"IdleSettings": {"IdleTimeoutInMinutes": 59}}}
        image = {"DefaultResourceSpec": {"SageMakerImageArn": ""}}
        for wrong in (
            {"DomainName": "a_b"},
            {"AuthMode": None},
            {"AppNetworkAccessType": "None"},
            {"SubnetIds": [f"subnet-{n}" for n in range(17)]},
            {"DefaultUserSettings": {**user, "JupyterLabAppSettings": lab}},
            {"DefaultUserSettings": {**user, "JupyterLabAppSettings": image}},
        ):
            with self.subTest(wrong):
                self.assert_error("ValidationException", self.create_domain, **wrong)

    @tests_rules("studio_roles")
    def test_roles_must_exist(self) -> None:
        for settings in ({}, {"ExecutionRole": f"{self.role_arn}x"}):
            self.assert_error("ValidationException", self.create_domain, DefaultUserSettings=settings)

    @tests_rules("studio_network")
    def test_network_must_exist(self) -> None:
        user = {"ExecutionRole": self.role_arn}
        for wrong in (
            {"SubnetIds": ["subnet-0"]},
            {"VpcId": "vpc-0"},
            {"DefaultUserSettings": {**user, "SecurityGroups": ["sg-0"]}},
            {"DefaultUserSettings": {**user, "SecurityGroups": self.groups * 5}},
        ):
            with self.subTest(wrong):
                self.assert_error("ValidationException", self.create_domain, **wrong)

    @tests_rules("studio_key")
    def test_key_must_exist(self) -> None:
        missing = "1234abcd-12ab-34cd-56ef-1234567890ab"
        self.assert_error("ValidationException", self.create_domain, KmsKeyId=missing)

    @tests_rules("create_domain")
    def test_management_of_rstudio_groups_needs_rstudio(self) -> None:
        wrong = {"AppSecurityGroupManagement": "Service"}
        self.assert_error("ValidationException", self.create_domain, **wrong)

    @tests_rules("update_domain")
    def test_absent_stays_in_an_update(self) -> None:
        spec = {"DefaultResourceSpec": {"InstanceType": "ml.t3.medium", "LifecycleConfigArn": LIFECYCLE}}
        user = {
            "ExecutionRole": self.role_arn,
            "SecurityGroups": self.groups,
            "JupyterLabAppSettings": {"LifecycleConfigArns": [LIFECYCLE], **spec},
        }
        domain = self.domain(DefaultUserSettings=user)
        names = {"DomainId": domain}
        update, describe = self.sagemaker.update_domain, self.sagemaker.describe_domain
        before = describe(**names)["DefaultUserSettings"]
        self.assertIn("SageMakerImageArn", before["JupyterLabAppSettings"]["DefaultResourceSpec"])
        update(**names, DefaultUserSettings={"SecurityGroups": []}, TagPropagation="ENABLED")
        self.assert_error("ResourceInUse", update, **names, TagPropagation="DISABLED")
        self.assertEqual(self.statuses(describe, names, 3), ["Updating", "Updating", "InService"])
        found = describe(**names)
        self.assertEqual(found["DefaultUserSettings"], {**before, "SecurityGroups": []})
        self.assertEqual(found["TagPropagation"], "ENABLED")
        cleared = {"LifecycleConfigArns": [], "DefaultResourceSpec": {"LifecycleConfigArn": "None"}}
        update(**names, DefaultUserSettings={"JupyterLabAppSettings": cleared})
        lab = describe(**names)["DefaultUserSettings"]["JupyterLabAppSettings"]
        self.assertEqual(lab["LifecycleConfigArns"], [])
        self.assertNotIn("LifecycleConfigArn", lab["DefaultResourceSpec"])
        self.assertEqual(lab["DefaultResourceSpec"]["InstanceType"], "ml.t3.medium")

    @tests_rules("update_domain")
    def test_updates_of_the_network_are_checked(self) -> None:
        domain = self.domain()
        for wrong in (
            {"AppNetworkAccessType": "VpcOnly"},
            {"VpcId": "vpc-0"},
            {"AppSecurityGroupManagement": "Service"},
        ):
            with self.subTest(wrong):
                update = self.sagemaker.update_domain
                self.assert_error("ValidationException", update, DomainId=domain, **wrong)
        network = {"VpcId": self.seed["vpc_id"], "SubnetIds": self.seed["subnet_ids"][:1]}
        self.sagemaker.update_domain(DomainId=domain, AppNetworkAccessType="VpcOnly", **network)
        found = self.sagemaker.describe_domain(DomainId=domain)
        self.assertEqual(found["SubnetIds"], self.seed["subnet_ids"][:1])

    @tests_rules("apps_block_updates")
    def test_apps_block_updates(self) -> None:
        domain = self.domain()
        self.profile(domain)
        self.space(domain)
        app = self.app(domain)
        update = self.sagemaker.update_domain
        other = self.role("other")
        for blocked in (
            {"SubnetIds": self.seed["subnet_ids"][:1]},
            {"DefaultUserSettings": {"ExecutionRole": other}},
            {"DomainSettingsForUpdate": {"ExecutionRoleIdentityConfig": "USER_PROFILE_NAME"}},
        ):
            with self.subTest(blocked):
                error = self.assert_error("ValidationException", update, DomainId=domain, **blocked)
                self.assertIn("InService App", str(error))
        update(DomainId=domain, DefaultSpaceSettings={"ExecutionRole": other})
        control("POST", "finish-transitions")
        self.sagemaker.delete_app(**app)
        control("POST", "finish-transitions")
        update(DomainId=domain, SubnetIds=self.seed["subnet_ids"][:1])

    @tests_rules("delete_domain")
    def test_delete_in_order(self) -> None:
        domain = self.domain()
        self.profile(domain)
        names = {"DomainId": domain}
        delete = self.sagemaker.delete_domain
        self.assert_error("ResourceInUse", delete, **names)
        self.sagemaker.delete_user_profile(**names, UserProfileName="fraud-alice")
        self.assert_error("ResourceInUse", delete, **names)
        control("POST", "finish-transitions")
        delete(**names)
        describe = self.sagemaker.describe_domain
        self.assertEqual(self.statuses(describe, names, 2), ["Deleting", "Deleting"])
        self.assert_error("ResourceNotFound", describe, **names)

    @tests_rules("describe_domain")
    def test_transitions_fail_on_request(self) -> None:
        names: dict[str, str] = {}
        for doing, status in (
            (lambda: names.update(DomainId=self.create_domain()["DomainId"]), "Failed"),
            (lambda: self.sagemaker.update_domain(**names, TagPropagation="ENABLED"), "Update_Failed"),
            (lambda: self.sagemaker.delete_domain(**names), "Delete_Failed"),
        ):
            failure = {"kind": "domain", "name": "studio", "status": "fail_next", "reason": "no room"}
            control("POST", "studio", failure)
            doing()
            control("POST", "finish-transitions")
            found = self.sagemaker.describe_domain(**names)
            self.assertEqual((found["Status"], found["FailureReason"]), (status, "no room"))
            if status == "Failed":
                control("POST", "studio", {**failure, "status": "InService"})

    @tests_rules("list_domains")
    def test_list_is_paginated(self) -> None:
        for n in range(12):
            self.create_domain(f"d{n:02}")
        page = self.sagemaker.list_domains()
        self.assertEqual(len(page["Domains"]), 10)
        page = self.sagemaker.list_domains(NextToken=page["NextToken"])
        self.assertEqual([one["DomainName"] for one in page["Domains"]], ["d10", "d11"])

    @tests_rules("create_domain", "delete_domain")
    def test_home_file_system_is_kept_or_deleted(self) -> None:
        domain = self.domain(HomeEfsFileSystemCreation="Enabled")
        ec2 = self.client("ec2")
        prefix = {"Name": "group-name", "Values": ["security-group-for-*-nfs-*"]}
        self.assertEqual(len(ec2.describe_security_groups(Filters=[prefix])["SecurityGroups"]), 2)
        self.assertEqual(control("GET", "account-state")["file_systems"], 1)
        retained = self.domain(name="retained", HomeEfsFileSystemCreation="Enabled")
        policy = {"HomeEfsFileSystem": "Delete"}
        self.sagemaker.delete_domain(DomainId=domain, RetentionPolicy=policy)
        self.sagemaker.delete_domain(DomainId=retained)
        control("POST", "finish-transitions")
        self.assertEqual(self.sagemaker.list_domains()["Domains"], [])
        self.assertEqual(control("GET", "account-state")["file_systems"], 1)


LIFECYCLE = "arn:aws:sagemaker:us-east-1:123456789012:studio-lifecycle-config/setup"


class Profiles(StudioTest):
    """User profiles."""

    @tests_rules("create_profile", "describe_profile")
    def test_names_ignore_case_and_uids_rise(self) -> None:
        domain = self.domain()
        arn = self.profile(domain, "Fraud-Alice")
        self.assertTrue(arn.endswith(f":user-profile/{domain}/fraud-alice"))
        names = {"DomainId": domain, "UserProfileName": "fraud-alice"}
        self.assert_error("ResourceInUse", self.sagemaker.create_user_profile, **names)
        first = self.sagemaker.describe_user_profile(**names)
        self.assertEqual((first["UserProfileName"], first["Status"]), ("Fraud-Alice", "InService"))
        self.sagemaker.delete_user_profile(**names)
        control("POST", "finish-transitions")
        self.assert_error("ResourceNotFound", self.sagemaker.describe_user_profile, **names)
        self.profile(domain)
        again = self.sagemaker.describe_user_profile(**names)
        self.assertGreater(int(again["HomeEfsFileSystemUid"]), int(first["HomeEfsFileSystemUid"]))

    @tests_rules("create_profile")
    def test_create_is_checked(self) -> None:
        create = self.sagemaker.create_user_profile
        pending = self.create_domain("pending")["DomainId"]
        self.assert_error("ResourceInUse", create, DomainId=pending, UserProfileName="a")
        self.assert_error("ResourceNotFound", create, DomainId="d-none", UserProfileName="a")
        user = {"SingleSignOnUserIdentifier": "UserName", "SingleSignOnUserValue": "alice"}
        iam = {"DomainId": self.domain(name="iam"), "UserProfileName": "a"}
        self.assert_error("ValidationException", create, **iam, **user)
        sso = {"DomainId": self.domain(name="sso", AuthMode="SSO"), "UserProfileName": "a"}
        self.assert_error("ValidationException", create, **sso)
        create(**sso, **user)
        settings = {"ExecutionRole": self.role_arn}
        open_domain = self.domain(name="open", DefaultUserSettings=settings)
        self.assert_error("ValidationException", create, DomainId=open_domain, UserProfileName="a")

    @tests_rules("update_profile")
    def test_role_changes_only_without_apps(self) -> None:
        domain = self.domain()
        self.profile(domain, UserSettings={"ExecutionRole": self.role_arn})
        self.space(domain)
        app = self.app(domain)
        names = {"DomainId": domain, "UserProfileName": "fraud-alice"}
        update = self.sagemaker.update_user_profile
        change = {"UserSettings": {"ExecutionRole": self.role("other")}}
        self.assert_error("ValidationException", update, **names, **change)
        update(**names, UserSettings={"SecurityGroups": self.groups})
        control("POST", "finish-transitions")
        self.sagemaker.delete_app(**app)
        control("POST", "finish-transitions")
        update(**names, **change)
        describe = self.sagemaker.describe_user_profile
        self.assertEqual(self.statuses(describe, names, 3), ["Updating", "Updating", "InService"])
        found = describe(**names)["UserSettings"]
        self.assertEqual(found, {**change["UserSettings"], "SecurityGroups": self.groups})

    @tests_rules("delete_profile")
    def test_apps_and_spaces_block_deletion(self) -> None:
        domain = self.domain()
        self.profile(domain)
        names = {"DomainId": domain, "UserProfileName": "fraud-alice"}
        app = {**names, "AppType": "Canvas", "AppName": "default"}
        self.sagemaker.create_app(**app)
        control("POST", "finish-transitions")
        delete = self.sagemaker.delete_user_profile
        error = self.assert_error("ResourceInUse", delete, **names)
        self.assertIn("App(s) are associated with it", str(error))
        self.sagemaker.delete_app(**app)
        control("POST", "finish-transitions")
        self.space(domain)
        self.assert_error("ResourceInUse", delete, **names)
        self.sagemaker.delete_space(DomainId=domain, SpaceName="lab")
        control("POST", "finish-transitions")
        delete(**names)

    @tests_rules("list_profiles")
    def test_list_is_filtered_and_has_no_settings(self) -> None:
        domain = self.domain()
        for n in range(11):
            names = {"DomainId": domain, "UserProfileName": f"fraud-u{n:02}"}
            self.sagemaker.create_user_profile(**names)
        listed = self.sagemaker.list_user_profiles(DomainIdEquals=domain, MaxResults=100)
        self.assertEqual(len(listed["UserProfiles"]), 11)
        self.assertNotIn("UserSettings", listed["UserProfiles"][0])
        page = self.sagemaker.list_user_profiles()
        self.assertEqual(len(page["UserProfiles"]), 10)
        found = self.sagemaker.list_user_profiles(UserProfileNameContains="U03")
        self.assertEqual(len(found["UserProfiles"]), 1)
        newest = self.sagemaker.list_user_profiles(SortOrder="Descending", MaxResults=1)
        self.assertEqual(newest["UserProfiles"][0]["UserProfileName"], "fraud-u10")
        self.assert_error("ValidationException", self.sagemaker.list_user_profiles, MaxResults=101)

    @tests_rules("presigned_domain_url")
    def test_presigned_url_needs_iam_and_a_ready_profile(self) -> None:
        domain = self.domain()
        names = {"DomainId": domain, "UserProfileName": "fraud-alice"}
        sign = self.sagemaker.create_presigned_domain_url
        self.assert_error("ResourceNotFound", sign, **names)
        self.sagemaker.create_user_profile(**names)
        self.assert_error("ResourceInUse", sign, **names)
        control("POST", "finish-transitions")
        first, second = (sign(**names)["AuthorizedUrl"] for _ in range(2))
        self.assertTrue(first.startswith("https://") and first != second)
        self.assert_error("ValidationException", sign, **names, ExpiresInSeconds=301)
        self.assert_error("ValidationException", sign, **names, LandingUri="https://example.com")
        sign(**names, LandingUri="app:JupyterLab:lab")
        self.profile(domain, "fraud-bob")
        self.space(domain)
        sign(**names, SpaceName="lab")
        self.assert_error("ResourceNotFound", sign, **names, SpaceName="none")
        other = {**names, "UserProfileName": "fraud-bob", "SpaceName": "lab"}
        self.assert_error("ValidationException", sign, **other)
        sso = self.domain(name="sso", AuthMode="SSO")
        user = {"SingleSignOnUserIdentifier": "UserName", "SingleSignOnUserValue": "alice"}
        self.profile(sso, **user)
        self.assert_error("ValidationException", sign, **{**names, "DomainId": sso})


class Spaces(StudioTest):
    """Spaces."""

    @tests_rules("create_space", "describe_space")
    def test_create_is_checked(self) -> None:
        domain = self.domain()
        self.assert_error("ResourceNotFound", self.create_space, domain=domain)
        self.profile(domain)
        big = {"SpaceSettings": {"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": 4}}}}
        for wrong in (
            {"SpaceSharingSettings": None},
            {"OwnershipSettings": None},
            SHARED,
            {"SpaceSettings": {"AppType": "JupyterServer"}},
            big,
        ):
            with self.subTest(wrong):
                self.assert_error("ValidationException", self.create_space, domain=domain, **wrong)
        arn = self.space(domain, "Lab")
        names = {"DomainId": domain, "SpaceName": "lab"}
        found = self.sagemaker.describe_space(**names)
        self.assertEqual((found["SpaceArn"], found["Status"]), (arn, "InService"))
        self.assertEqual(found["SpaceSettings"]["SpaceStorageSettings"]["EbsStorageSettings"], {"EbsVolumeSizeInGb": 5})
        self.assert_error("ResourceInUse", self.create_space, domain=domain)

    @tests_rules("create_space", "update_space")
    def test_volumes_have_a_maximum_and_grow_only(self) -> None:
        def sized(size: int) -> dict[str, Any]:
            storage = {"SpaceStorageSettings": {"EbsStorageSettings": {"EbsVolumeSizeInGb": size}}}
            return {"SpaceSettings": storage}

        limits = {"DefaultEbsVolumeSizeInGb": 20, "MaximumEbsVolumeSizeInGb": 50}
        user = {
            "ExecutionRole": self.role_arn,
            "SecurityGroups": self.groups,
            "SpaceStorageSettings": {"DefaultEbsStorageSettings": limits},
        }
        domain = self.domain(DefaultUserSettings=user)
        self.profile(domain)
        self.assert_error("ValidationException", self.create_space, domain=domain, **sized(51))
        self.space(domain)
        update = self.sagemaker.update_space
        names = {"DomainId": domain, "SpaceName": "lab"}
        for wrong in (sized(19), sized(51), {"SpaceSettings": {"AppType": "CodeEditor"}}):
            self.assert_error("ValidationException", update, **names, **wrong)
        update(**names, **sized(30))
        describe = self.sagemaker.describe_space
        self.assertEqual(self.statuses(describe, names, 3), ["Updating", "Updating", "InService"])

    @tests_rules("update_space", "delete_space")
    def test_apps_block_updates_and_deletion(self) -> None:
        domain = self.domain()
        self.profile(domain)
        self.space(domain)
        app = self.app(domain)
        names = {"DomainId": domain, "SpaceName": "lab"}
        update = self.sagemaker.update_space
        self.assert_error("ResourceInUse", update, **names, SpaceDisplayName="Lab")
        self.assert_error("ResourceInUse", self.sagemaker.delete_space, **names)
        self.sagemaker.delete_app(**app)
        control("POST", "finish-transitions")
        self.sagemaker.delete_space(**names)
        control("POST", "finish-transitions")
        self.assert_error("ResourceNotFound", self.sagemaker.describe_space, **names)

    @tests_rules("list_spaces")
    def test_list_has_owner_and_sharing(self) -> None:
        domain = self.domain(DefaultSpaceSettings={"ExecutionRole": self.role_arn})
        self.profile(domain)
        self.space(domain)
        self.space(domain, "common", OwnershipSettings={"OwnerUserProfileName": "fraud-alice"}, **SHARED)
        listed = self.sagemaker.list_spaces(DomainIdEquals=domain)["Spaces"]
        self.assertEqual([one["SpaceName"] for one in listed], ["lab", "common"])
        owner = {"OwnerUserProfileName": "fraud-alice"}
        self.assertEqual(listed[0]["OwnershipSettingsSummary"], owner)
        self.assertEqual(listed[1]["SpaceSharingSettingsSummary"], {"SharingType": "Shared"})
        self.assertEqual(listed[0]["SpaceSettingsSummary"]["AppType"], "JupyterLab")
        self.assertNotIn("SpaceSettings", listed[0])


class Apps(StudioTest):
    """Apps."""

    def setUp(self) -> None:
        """Create a domain with a profile that has a space."""
        super().setUp()
        self.domain_id = self.domain()
        self.profile_arn = self.profile(self.domain_id)
        self.space_arn = self.space(self.domain_id)
        self.names = {
            "DomainId": self.domain_id,
            "SpaceName": "lab",
            "AppType": "JupyterLab",
            "AppName": "default",
        }

    @tests_rules("get_resources")
    def test_resources_are_found_by_type_and_tag(self) -> None:
        """Only resources of the type with the tag are returned, in pages."""
        tags = [{"Key": "system", "Value": "MLSpace"}]
        for name in ("fraud-bob", "fraud-carol"):
            self.profile(self.domain_id, name, Tags=tags)
        tagging = self.client("resourcegroupstaggingapi")
        pages = tagging.get_paginator("get_resources").paginate(
            ResourceTypeFilters=["sagemaker:user-profile"],
            TagFilters=[{"Key": "system", "Values": ["MLSpace"]}],
            PaginationConfig={"PageSize": 1},
        )
        found = [one for page in pages for one in page["ResourceTagMappingList"]]
        names = [one["ResourceARN"].rsplit("/", 1)[-1] for one in found]
        self.assertEqual(names, ["fraud-bob", "fraud-carol"])
        self.assertIn(tags[0], found[0]["Tags"])
        self.assert_error(
            "InvalidParameterException", tagging.get_resources, ResourcesPerPage=101
        )

    @tests_rules("create_app", "describe_app")
    def test_create_takes_time(self) -> None:
        arn = self.sagemaker.create_app(**self.names)["AppArn"]
        self.assertTrue(arn.endswith(f":app/{self.domain_id}/lab/jupyterlab/default"))
        describe = self.sagemaker.describe_app
        self.assertEqual(self.statuses(describe, self.names, 3), ["Pending", "Pending", "InService"])
        self.assert_error("ResourceInUse", self.sagemaker.create_app, **self.names)

    @tests_rules("create_app")
    def test_create_is_checked(self) -> None:
        create = self.sagemaker.create_app
        for wrong in (
            {"UserProfileName": "fraud-alice"},
            {"AppType": "CodeEditor"},
            {"AppType": "KernelGateway"},
            {"ResourceSpec": {"InstanceType": "system"}},
        ):
            with self.subTest(wrong):
                self.assert_error("ValidationException", create, **{**self.names, **wrong})
        self.create_space(self.domain_id, "new")
        self.assert_error("ResourceInUse", create, **{**self.names, "SpaceName": "new"})
        self.assert_error("ResourceNotFound", create, **{**self.names, "SpaceName": "none"})

    @tests_rules("delete_app", "list_apps", "create_app")
    def test_deleted_apps_are_listed_for_some_time(self) -> None:
        self.sagemaker.create_app(**self.names)
        delete = self.sagemaker.delete_app
        self.assert_error("ResourceInUse", delete, **self.names)
        control("POST", "finish-transitions")
        delete(**self.names)
        control("POST", "finish-transitions")
        listed = self.sagemaker.list_apps(DomainIdEquals=self.domain_id, SpaceNameEquals="LAB")["Apps"]
        self.assertEqual([one["Status"] for one in listed], ["Deleted"])
        self.assertIn("has already been deleted", str(self.assert_error("ValidationException", delete, **self.names)))
        self.sagemaker.create_app(**self.names)
        control("POST", "finish-transitions")
        delete(**self.names)
        control("POST", "finish-transitions")
        seen = [len(self.sagemaker.list_apps()["Apps"]) for _ in range(22)]
        self.assertEqual((seen[0], seen[-1]), (1, 0))
        both = {"SpaceNameEquals": "lab", "UserProfileNameEquals": "fraud-alice"}
        self.assert_error("ValidationException", self.sagemaker.list_apps, **both)

    @tests_rules("delete_app")
    def test_failed_apps_are_not_deleted_and_block_nothing(self) -> None:
        failure = {"kind": "app", "name": "default", "status": "fail_next"}
        control("POST", "studio", failure)
        app = self.app(self.domain_id)
        self.assertEqual(self.sagemaker.describe_app(**app)["Status"], "Failed")
        error = self.assert_error("ValidationException", self.sagemaker.delete_app, **app)
        self.assertIn("was automatically deleted", str(error))
        self.sagemaker.delete_space(DomainId=self.domain_id, SpaceName="lab")


class Tags(StudioTest):
    """Tags, those that Studio adds, and their propagation."""

    @tests_rules("add_tags", "delete_tags", "list_tags", "studio_tags")
    def test_tags_of_a_profile(self) -> None:
        domain = self.domain()
        arn = self.profile(domain, Tags=tags(project="fraud"))
        self.sagemaker.add_tags(ResourceArn=arn, Tags=tags(project="churn", user="alice"))
        self.sagemaker.delete_tags(ResourceArn=arn, TagKeys=["user"])
        self.assertEqual(self.tags_of(arn), {"project": "churn"})
        many = [{"Key": f"k{n}", "Value": ""} for n in range(50)]
        for wrong in (many, [{"Key": "aws:x", "Value": ""}], [*tags(a="1"), *tags(a="2")]):
            self.assert_error("ValidationException", self.sagemaker.add_tags, ResourceArn=arn, Tags=wrong)
        self.assert_error("ValidationException", self.sagemaker.list_tags, ResourceArn=f"{arn}x")

    @tests_rules("create_app", "create_space")
    def test_tags_are_propagated(self) -> None:
        for propagation, expected in (
            ("ENABLED", {"system": "ml", "project": "fraud", "colour": "blue"}),
            ("DISABLED", {"project": "fraud"}),
        ):
            domain = self.domain(name=propagation, Tags=tags(system="ml"), TagPropagation=propagation)
            self.profile(domain, Tags=tags(project="fraud"))
            space = self.space(domain, Tags=tags(colour="blue"))
            names = {"DomainId": domain, "SpaceName": "lab", "AppType": "JupyterLab"}
            app = self.sagemaker.create_app(**names, AppName="default")["AppArn"]
            self.assertEqual(self.tags_of(app), expected)
            automatic = {key for key in self.tags_of(space) if key.startswith("sagemaker:")}
            self.assertEqual(automatic, {"sagemaker:domain-arn", "sagemaker:user-profile-arn"})
            many = [{"Key": f"k{n}", "Value": ""} for n in range(50)]
            self.sagemaker.add_tags(ResourceArn=space, Tags=many[:40])
            wrong = {**names, "AppName": "other", "Tags": many}
            self.assert_error("ValidationException", self.sagemaker.create_app, **wrong)


class LateReads(StudioTest):
    """Reads that are older than the last writes."""

    def setUp(self) -> None:
        """Let reads be late by two looks."""
        super().setUp()
        self.domain_id = self.domain()
        control("POST", "lag", {"looks": 2})
        self.addCleanup(control, "POST", "lag", {"looks": 0})

    def test_new_profile_is_not_found(self) -> None:
        names = {"DomainId": self.domain_id, "UserProfileName": "fraud-alice"}
        self.sagemaker.create_user_profile(**names)
        describe = self.sagemaker.describe_user_profile
        for _ in range(2):
            self.assert_error("ResourceNotFound", describe, **names)
        self.assertEqual(describe(**names)["UserProfileName"], "fraud-alice")

    def test_new_domain_is_neither_found_nor_listed(self) -> None:
        self.assertEqual(len(self.sagemaker.list_domains()["Domains"]), 1)
        names = {"DomainId": self.create_domain("second")["DomainId"]}
        listed = [len(self.sagemaker.list_domains()["Domains"]) for _ in range(3)]
        self.assertEqual(listed, [1, 1, 2])
        self.assert_error("ResourceNotFound", self.sagemaker.describe_domain, **names)
