"""Rules of IAM and STS."""

from __future__ import annotations

import json

from .support import ACCOUNT, TRUST, EmulatorTest, allow, document, holds


class Names(EmulatorTest):
    """Names, tags, sessions."""

    @holds("role_names")
    def test_role_names_differ_by_more_than_case(self) -> None:
        self.role("MLSpace-fraud")
        iam = self.client("iam")
        params = {"AssumeRolePolicyDocument": TRUST}
        self.refused("EntityAlreadyExists", iam.create_role, RoleName="mlspace-FRAUD", **params)
        self.refused("ValidationError", iam.create_role, RoleName="r" * 65, **params)
        self.refused("ValidationError", iam.create_role, RoleName="a b", **params)

    @holds("policy_names")
    def test_policy_names_differ_by_more_than_case(self) -> None:
        self.policy("MLSpace-user-alice")
        create = self.client("iam").create_policy
        text = document(allow())
        self.refused(
            "EntityAlreadyExists", create, PolicyName="mlspace-user-ALICE", PolicyDocument=text
        )
        self.refused("ValidationError", create, PolicyName="p" * 129, PolicyDocument=text)

    @holds("inline_policy_names")
    def test_inline_policy_names(self) -> None:
        self.role()
        put = self.client("iam").put_role_policy
        self.refused(
            "ValidationError",
            put,
            RoleName="worker",
            PolicyName="a/b",
            PolicyDocument=document(allow()),
        )

    @holds("session_length")
    def test_sessions_last_one_to_twelve_hours(self) -> None:
        iam = self.client("iam")
        for seconds in (3599, 43201):
            self.refused(
                "ValidationError",
                iam.create_role,
                RoleName="r",
                AssumeRolePolicyDocument=TRUST,
                MaxSessionDuration=seconds,
            )

    @holds("tag_limits")
    def test_fifty_tags_in_all(self) -> None:
        self.role(Tags=[{"Key": f"k{n}", "Value": ""} for n in range(50)])
        tag = self.client("iam").tag_role
        more = [{"Key": "one-more", "Value": ""}]
        self.refused("LimitExceeded", tag, RoleName="worker", Tags=more)
        tag(RoleName="worker", Tags=[{"Key": "k1", "Value": "changed"}])
        reserved = [{"Key": "aws:owner", "Value": ""}]
        self.refused("InvalidInput", tag, RoleName="worker", Tags=reserved)

    @holds("tag_keys_ignore_case")
    def test_tag_keys_ignore_case(self) -> None:
        self.role(Tags=[{"Key": "project", "Value": "fraud"}])
        iam = self.client("iam")
        iam.tag_role(RoleName="worker", Tags=[{"Key": "Project", "Value": "churn"}])
        self.assertEqual(len(iam.list_role_tags(RoleName="worker")["Tags"]), 1)

    @holds("assume_role")
    def test_assume_role(self) -> None:
        arn = self.role()
        assume = self.client("sts").assume_role
        assume(RoleArn=arn, RoleSessionName="me")
        self.refused("ValidationError", assume, RoleArn=arn, RoleSessionName="a b")
        self.refused("AccessDenied", assume, RoleArn=f"{arn}x", RoleSessionName="me")
        self.refused(
            "ValidationError", assume, RoleArn=arn, RoleSessionName="me", DurationSeconds=7200
        )


class Documents(EmulatorTest):
    """Grammar and size."""

    @holds("identity_documents")
    def test_identity_documents(self) -> None:
        create = self.client("iam").create_policy
        wrong = [
            "no json",
            json.dumps({"Version": "2012-10-17", "Statement": []}),
            document({"Effect": "Allow", "Resource": "*"}),
            document({**allow(), "Effect": "Permit"}),
            document({**allow(), "Principal": "*"}),
            document(allow(resource="bucket/*")),
            document({**allow(), "Condition": {"StringEqual": {"a": "b"}}}),
            document({**allow(), "Sid": "has-hyphen"}),
            document({**allow(), "Sid": "A"}, {**allow(), "Sid": "A"}),
            document({**allow(), "Colour": "blue"}),
        ]
        for text in wrong:
            with self.subTest(text):
                self.refused(
                    "MalformedPolicyDocument", create, PolicyName="p", PolicyDocument=text
                )
        right = {**allow(), "Condition": {"ForAnyValue:StringNotLikeIfExists": {"a": ["b"]}}}
        create(PolicyName="p", PolicyDocument=document(right))

    @holds("trust_documents")
    def test_trust_documents(self) -> None:
        create = self.client("iam").create_role
        service = {"Service": "sagemaker.amazonaws.com"}
        right = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": service}
        missing = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/nobody"}
        for statement in (
            {"Effect": "Allow", "Action": "sts:AssumeRole"},
            {**right, "Resource": "*"},
            {**right, "Principal": missing},
        ):
            with self.subTest(statement):
                self.refused(
                    "MalformedPolicyDocument",
                    create,
                    RoleName="r",
                    AssumeRolePolicyDocument=document(statement),
                )
        create(RoleName="r", AssumeRolePolicyDocument=document(right))

    @holds("managed_policy_size")
    def test_managed_policies_have_6144_characters(self) -> None:
        create = self.client("iam").create_policy
        empty = len(document(allow()).replace(" ", "").replace('"*"', '""'))
        fits = document(allow(resource="arn:aws:s3:::" + "x" * (6144 - empty - 13)))
        create(PolicyName="fits", PolicyDocument=fits.replace(",", ",   \n"))
        over = fits.replace("xx", "xxx", 1)
        self.refused("LimitExceeded", create, PolicyName="over", PolicyDocument=over)

    @holds("inline_policy_size")
    def test_inline_policies_share_10240_characters(self) -> None:
        self.role()
        put = self.client("iam").put_role_policy
        half = document(allow(resource="arn:aws:s3:::" + "x" * 5000))
        put(RoleName="worker", PolicyName="a", PolicyDocument=half)
        put(RoleName="worker", PolicyName="a", PolicyDocument=half)
        put(RoleName="worker", PolicyName="b", PolicyDocument=half)
        self.refused(
            "LimitExceeded", put, RoleName="worker", PolicyName="c", PolicyDocument=half
        )

    @holds("trust_policy_size")
    def test_trust_policies_have_2048_characters(self) -> None:
        condition = {"StringEquals": {"aws:SourceAccount": ["1" * 12] * 140}}
        statement = {**json.loads(TRUST)["Statement"][0], "Condition": condition}
        self.refused(
            "LimitExceeded",
            self.client("iam").create_role,
            RoleName="r",
            AssumeRolePolicyDocument=document(statement),
        )

    @holds("documents_are_encoded")
    def test_percent_signs_survive(self) -> None:
        statement = allow(resource="arn:aws:s3:::bucket/100%25+x/*")
        iam = self.client("iam")
        made = iam.create_policy(PolicyName="p", PolicyDocument=document(statement))
        version = iam.get_policy_version(PolicyArn=made["Policy"]["Arn"], VersionId="v1")
        self.assertEqual(version["PolicyVersion"]["Document"]["Statement"], [statement])


class Policies(EmulatorTest):
    """What keeps a policy from being deleted or attached."""

    @holds("delete_policy")
    def test_policies_in_use_stay(self) -> None:
        iam = self.client("iam")
        arn, boundary = self.policy(), self.policy("boundary")
        self.role(PermissionsBoundary=boundary)
        iam.attach_role_policy(RoleName="worker", PolicyArn=arn)
        self.refused("DeleteConflict", iam.delete_policy, PolicyArn=arn)
        self.refused("DeleteConflict", iam.delete_policy, PolicyArn=boundary)
        iam.detach_role_policy(RoleName="worker", PolicyArn=arn)
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow()))
        self.refused("DeleteConflict", iam.delete_policy, PolicyArn=arn)
        iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
        iam.delete_policy(PolicyArn=arn)

    @holds("attach_once")
    def test_attaching_twice_counts_once(self) -> None:
        iam, arn = self.client("iam"), self.policy()
        self.role()
        for _ in range(2):
            iam.attach_role_policy(RoleName="worker", PolicyArn=arn)
        self.assertEqual(iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"], 1)

    @holds("attachment_quota")
    def test_ten_policies_a_role(self) -> None:
        iam = self.client("iam")
        self.role()
        arns = [self.policy(f"p{n}") for n in range(11)]
        for arn in arns[:10]:
            iam.attach_role_policy(RoleName="worker", PolicyArn=arn)
        self.refused(
            "LimitExceeded", iam.attach_role_policy, RoleName="worker", PolicyArn=arns[10]
        )
        iam.attach_role_policy(RoleName="worker", PolicyArn=arns[0])

    @holds("boundary_exists")
    def test_boundaries_exist(self) -> None:
        missing = f"arn:aws:iam::{ACCOUNT}:policy/none"
        self.refused("NoSuchEntity", self.role, PermissionsBoundary=missing)

    @holds("boundary_usage_count")
    def test_boundaries_are_counted(self) -> None:
        arn = self.policy()
        self.role(PermissionsBoundary=arn)
        policy = self.client("iam").get_policy(PolicyArn=arn)["Policy"]
        self.assertEqual(policy["PermissionsBoundaryUsageCount"], 1)
        self.assertEqual(policy["AttachmentCount"], 0)


class Lists(EmulatorTest):
    """Pages and filters."""

    @holds("pages")
    def test_versions_come_in_pages(self) -> None:
        iam, arn = self.client("iam"), self.policy()
        for _ in range(3):
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow()))
        page = iam.list_policy_versions(PolicyArn=arn, MaxItems=3)
        self.assertEqual((len(page["Versions"]), page["IsTruncated"]), (3, True))
        page = iam.list_policy_versions(PolicyArn=arn, MaxItems=3, Marker=page["Marker"])
        self.assertEqual((len(page["Versions"]), page["IsTruncated"]), (1, False))

    @holds("pages", "policy_details")
    def test_details_come_in_pages(self) -> None:
        for n in range(3):
            self.role(f"role{n}")
            self.policy(f"policy{n}")
        pages = self.client("iam").get_paginator("get_account_authorization_details")
        seen, count = [], 0
        for page in pages.paginate(
            Filter=["Role", "LocalManagedPolicy"], PaginationConfig={"PageSize": 2}
        ):
            seen += [role["RoleName"] for role in page["RoleDetailList"]]
            seen += [policy["PolicyName"] for policy in page["Policies"]]
            count += 1
        self.assertEqual(count, 3)
        self.assertEqual(
            sorted(seen), ["policy0", "policy1", "policy2", "role0", "role1", "role2"]
        )

    @holds("check_window")
    def test_page_sizes(self) -> None:
        arn = self.policy()
        iam = self.client("iam")
        self.refused("ValidationError", iam.list_policy_versions, PolicyArn=arn, MaxItems=1001)

    @holds("list_entities")
    def test_entities_by_use(self) -> None:
        iam, arn = self.client("iam"), self.policy()
        self.role("bounded", PermissionsBoundary=arn)
        for n in range(3):
            self.role(f"attached{n}")
            iam.attach_role_policy(RoleName=f"attached{n}", PolicyArn=arn)

        def names(**params: str) -> list[str]:
            page = iam.list_entities_for_policy(PolicyArn=arn, **params)
            return [role["RoleName"] for role in page["PolicyRoles"]]

        self.assertEqual(names(PolicyUsageFilter="PermissionsBoundary"), ["bounded"])
        self.assertEqual(len(names(PolicyUsageFilter="PermissionsPolicy")), 3)
        self.assertEqual(len(names()), 4)
        page = iam.list_entities_for_policy(PolicyArn=arn, MaxItems=3)
        self.assertTrue(page["IsTruncated"])
