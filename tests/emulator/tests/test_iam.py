"""Rules of IAM and STS."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from emulator.rules.policy_grammar import MalformedPolicy, parse_statements

from .support import ACCOUNT, TRUST, EmulatorTest, allow, document, tests_rules


def grammar_rows() -> list[dict[str, Any]]:
    """The table of documents that the crate `iam-policy` judges too, with the text of each."""
    crate = Path(__file__).resolve().parents[3] / "crates" / "iam-policy"
    rows = json.loads((crate / "src" / "grammar" / "documents.json").read_text())
    for row in rows:
        document = row["document"]
        row["text"] = document if isinstance(document, str) else json.dumps(document)
    return rows


class Names(EmulatorTest):
    """Names, tags, sessions of roles."""

    @tests_rules("role_names")
    def test_role_names_ignore_case(self) -> None:
        self.role("MLSpace-fraud")
        iam = self.client("iam")
        params = {"AssumeRolePolicyDocument": TRUST}
        self.assert_error(
            "EntityAlreadyExists", iam.create_role, RoleName="mlspace-FRAUD", **params
        )
        self.assert_error("ValidationError", iam.create_role, RoleName="r" * 65, **params)
        self.assert_error("ValidationError", iam.create_role, RoleName="a b", **params)

    @tests_rules("policy_names")
    def test_policy_names_ignore_case(self) -> None:
        self.policy("MLSpace-user-alice")
        create = self.client("iam").create_policy
        policy = document(allow())
        self.assert_error(
            "EntityAlreadyExists", create, PolicyName="mlspace-user-ALICE", PolicyDocument=policy
        )
        self.assert_error("ValidationError", create, PolicyName="p" * 129, PolicyDocument=policy)

    @tests_rules("inline_policy_names")
    def test_inline_policy_names_reject_slash(self) -> None:
        self.role()
        put = self.client("iam").put_role_policy
        self.assert_error(
            "ValidationError",
            put,
            RoleName="worker",
            PolicyName="a/b",
            PolicyDocument=document(allow()),
        )

    @tests_rules("max_session_duration")
    def test_max_session_duration_has_limits(self) -> None:
        iam = self.client("iam")
        for seconds in (3599, 43201):
            self.assert_error(
                "ValidationError",
                iam.create_role,
                RoleName="r",
                AssumeRolePolicyDocument=TRUST,
                MaxSessionDuration=seconds,
            )

    @tests_rules("tag_limits")
    def test_tags_are_limited_to_50(self) -> None:
        self.role(Tags=[{"Key": f"k{n}", "Value": ""} for n in range(50)])
        tag = self.client("iam").tag_role
        more = [{"Key": "one-more", "Value": ""}]
        self.assert_error("LimitExceeded", tag, RoleName="worker", Tags=more)
        tag(RoleName="worker", Tags=[{"Key": "k1", "Value": "changed"}])
        reserved = [{"Key": "aws:owner", "Value": ""}]
        self.assert_error("InvalidInput", tag, RoleName="worker", Tags=reserved)

    @tests_rules("tag_keys_ignore_case")
    def test_tag_keys_ignore_case(self) -> None:
        self.role(Tags=[{"Key": "project", "Value": "fraud"}])
        iam = self.client("iam")
        iam.tag_role(RoleName="worker", Tags=[{"Key": "Project", "Value": "churn"}])
        self.assertEqual(len(iam.list_role_tags(RoleName="worker")["Tags"]), 1)

    @tests_rules("assume_role")
    def test_assume_role_validates_parameters(self) -> None:
        arn = self.role()
        assume = self.client("sts").assume_role
        assume(RoleArn=arn, RoleSessionName="me")
        self.assert_error("ValidationError", assume, RoleArn=arn, RoleSessionName="a b")
        self.assert_error("AccessDenied", assume, RoleArn=f"{arn}x", RoleSessionName="me")
        self.assert_error(
            "ValidationError", assume, RoleArn=arn, RoleSessionName="me", DurationSeconds=7200
        )


class Documents(EmulatorTest):
    """Grammar and size of policy documents."""

    @tests_rules("identity_documents", "inline_documents", "one_grammar")
    def test_documents_are_judged_as_the_table_says(self) -> None:
        self.role()
        iam = self.client("iam")
        calls = {
            "managed": lambda text, n: iam.create_policy(PolicyName=f"p{n}", PolicyDocument=text),
            "inline": lambda text, n: iam.put_role_policy(
                RoleName="worker", PolicyName=f"p{n}", PolicyDocument=text
            ),
            "trust": lambda text, n: iam.create_role(
                RoleName=f"r{n}", AssumeRolePolicyDocument=text
            ),
        }
        for number, row in enumerate(grammar_rows()):
            text, kind = row["text"], row["kind"]
            with self.subTest(f"{kind}: {row['name']}"):
                if kind in calls:
                    error = None
                    try:
                        calls[kind](text, number)
                    except ClientError as raised:
                        error = raised.response["Error"]["Code"]
                    self.assertEqual(error, None if row["accepted"] else "MalformedPolicyDocument")
                elif row["accepted"]:
                    parse_statements(text, kind)
                else:
                    with self.assertRaises(MalformedPolicy):
                        parse_statements(text, kind)

    @tests_rules("trust_documents")
    def test_trust_documents_follow_grammar(self) -> None:
        create = self.client("iam").create_role
        service = {"Service": "sagemaker.amazonaws.com"}
        valid = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": service}
        missing = {"AWS": f"arn:aws:iam::{ACCOUNT}:role/missing"}
        for statement in (
            {"Effect": "Allow", "Action": "sts:AssumeRole"},
            {**valid, "Resource": "*"},
            {**valid, "Principal": missing},
        ):
            with self.subTest(statement):
                self.assert_error(
                    "MalformedPolicyDocument",
                    create,
                    RoleName="r",
                    AssumeRolePolicyDocument=document(statement),
                )
        create(RoleName="r", AssumeRolePolicyDocument=document(valid))

    @tests_rules("managed_policy_size")
    def test_managed_policies_are_limited_to_6144_characters(self) -> None:
        create = self.client("iam").create_policy
        empty = len(document(allow()).replace(" ", "").replace('"*"', '""'))
        fits = document(allow(resource="arn:aws:s3:::" + "x" * (6144 - empty - 13)))
        create(PolicyName="fits", PolicyDocument=fits.replace(",", ",   \n"))
        too_long = fits.replace("xx", "xxx", 1)
        self.assert_error("LimitExceeded", create, PolicyName="too-long", PolicyDocument=too_long)

    @tests_rules("inline_policy_size")
    def test_inline_policies_are_limited_to_10240_characters(self) -> None:
        self.role()
        put = self.client("iam").put_role_policy
        half = document(allow(resource="arn:aws:s3:::" + "x" * 5000))
        put(RoleName="worker", PolicyName="a", PolicyDocument=half)
        put(RoleName="worker", PolicyName="a", PolicyDocument=half)
        put(RoleName="worker", PolicyName="b", PolicyDocument=half)
        self.assert_error(
            "LimitExceeded", put, RoleName="worker", PolicyName="c", PolicyDocument=half
        )

    @tests_rules("trust_policy_size")
    def test_trust_policies_are_limited_to_2048_characters(self) -> None:
        condition = {"StringEquals": {"aws:SourceAccount": ["1" * 12] * 140}}
        statement = {**json.loads(TRUST)["Statement"][0], "Condition": condition}
        self.assert_error(
            "LimitExceeded",
            self.client("iam").create_role,
            RoleName="r",
            AssumeRolePolicyDocument=document(statement),
        )

    @tests_rules("documents_percent_encoded")
    def test_documents_are_percent_encoded(self) -> None:
        statement = allow(resource="arn:aws:s3:::bucket/100%25+x/*")
        iam = self.client("iam")
        created = iam.create_policy(PolicyName="p", PolicyDocument=document(statement))
        version = iam.get_policy_version(PolicyArn=created["Policy"]["Arn"], VersionId="v1")
        self.assertEqual(version["PolicyVersion"]["Document"]["Statement"], [statement])


class Policies(EmulatorTest):
    """Deletion and attachment of managed policies."""

    @tests_rules("delete_policy")
    def test_policies_in_use_cannot_be_deleted(self) -> None:
        iam = self.client("iam")
        arn, boundary = self.policy(), self.policy("boundary")
        self.role(PermissionsBoundary=boundary)
        iam.attach_role_policy(RoleName="worker", PolicyArn=arn)
        self.assert_error("DeleteConflict", iam.delete_policy, PolicyArn=arn)
        self.assert_error("DeleteConflict", iam.delete_policy, PolicyArn=boundary)
        iam.detach_role_policy(RoleName="worker", PolicyArn=arn)
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow()))
        self.assert_error("DeleteConflict", iam.delete_policy, PolicyArn=arn)
        iam.delete_policy_version(PolicyArn=arn, VersionId="v2")
        iam.delete_policy(PolicyArn=arn)

    @tests_rules("attach_is_idempotent")
    def test_attach_role_policy_is_idempotent(self) -> None:
        iam, arn = self.client("iam"), self.policy()
        self.role()
        for _ in range(2):
            iam.attach_role_policy(RoleName="worker", PolicyArn=arn)
        self.assertEqual(iam.get_policy(PolicyArn=arn)["Policy"]["AttachmentCount"], 1)

    @tests_rules("attachment_quota")
    def test_attachments_are_limited_to_10(self) -> None:
        iam = self.client("iam")
        self.role()
        arns = [self.policy(f"p{n}") for n in range(11)]
        for arn in arns[:10]:
            iam.attach_role_policy(RoleName="worker", PolicyArn=arn)
        self.assert_error(
            "LimitExceeded", iam.attach_role_policy, RoleName="worker", PolicyArn=arns[10]
        )
        iam.attach_role_policy(RoleName="worker", PolicyArn=arns[0])

    @tests_rules("boundary_exists")
    def test_boundary_must_exist(self) -> None:
        missing = f"arn:aws:iam::{ACCOUNT}:policy/none"
        self.assert_error("NoSuchEntity", self.role, PermissionsBoundary=missing)

    @tests_rules("boundary_usage_count")
    def test_boundary_usage_is_counted(self) -> None:
        arn = self.policy()
        self.role(PermissionsBoundary=arn)
        policy = self.client("iam").get_policy(PolicyArn=arn)["Policy"]
        self.assertEqual(policy["PermissionsBoundaryUsageCount"], 1)
        self.assertEqual(policy["AttachmentCount"], 0)


class Lists(EmulatorTest):
    """Pagination and filters."""

    @tests_rules("paginate")
    def test_policy_versions_are_paginated(self) -> None:
        iam, arn = self.client("iam"), self.policy()
        for _ in range(3):
            iam.create_policy_version(PolicyArn=arn, PolicyDocument=document(allow()))
        page = iam.list_policy_versions(PolicyArn=arn, MaxItems=3)
        self.assertEqual((len(page["Versions"]), page["IsTruncated"]), (3, True))
        page = iam.list_policy_versions(PolicyArn=arn, MaxItems=3, Marker=page["Marker"])
        self.assertEqual((len(page["Versions"]), page["IsTruncated"]), (1, False))

    @tests_rules("paginate", "policy_details")
    def test_authorization_details_are_paginated(self) -> None:
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

    @tests_rules("page_parameters")
    def test_page_size_is_limited(self) -> None:
        arn = self.policy()
        iam = self.client("iam")
        self.assert_error("ValidationError", iam.list_policy_versions, PolicyArn=arn, MaxItems=1001)

    @tests_rules("list_entities_for_policy")
    def test_entities_are_filtered_by_usage(self) -> None:
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
