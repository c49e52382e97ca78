"""The emulator decides as the policies say that are attached at the moment of a call."""

from __future__ import annotations

import json
from typing import Any

from botocore.exceptions import ClientError

from .calls import Work
from .platform import BUCKET, REGION, generate
from .test_access import Members

OWN = Work("read", "s3", "get_object", {"Bucket": BUCKET, "Key": "project/fraud/datasets/cards/train.csv"})
OTHERS = Work("read", "s3", "get_object", {"Bucket": BUCKET, "Key": "project/risk/datasets/cards/train.csv"})
JOB = Work("describe", "sagemaker", "describe_training_job", {"TrainingJobName": "fraud-none"})


class Enforcement(Members):
    """Denials of each layer of policies, in the form of AWS."""

    def inline(self, name: str, *statements: dict[str, Any]) -> None:
        """Attach a policy to alice's role until the end of the test."""
        iam = self.platform.admin("iam")
        role = {"RoleName": self.platform.roles["fraud", "alice"].rsplit("/", 1)[-1], "PolicyName": name}
        document = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_role_policy(**role, PolicyDocument=json.dumps(document))
        self.addCleanup(iam.delete_role_policy, **role)

    def test_administrator_is_not_limited(self) -> None:
        self.platform.admin("s3").get_object(**OTHERS.params)
        self.assertTrue(self.platform.admin("iam").list_roles()["Roles"])

    def test_denials_have_the_form_of_aws(self) -> None:
        session = self.platform.client("sts", "fraud", "alice").get_caller_identity()["Arn"]
        message = self.assert_denied(OTHERS, "fraud", "alice")
        resource = f"arn:aws:s3:::{BUCKET}/{OTHERS.params['Key']}"
        self.assertEqual(
            message,
            f"User: {session} is not authorized to perform: s3:GetObject on resource: {resource} "
            "with an explicit deny in an identity-based policy",
        )
        with self.assertRaises(ClientError) as caught:
            self.platform.client("s3", "fraud", "alice").head_object(**OTHERS.params)
        self.assertEqual(caught.exception.response["ResponseMetadata"]["HTTPStatusCode"], 403)
        with self.assertRaises(ClientError) as caught:
            self.platform.client("sagemaker", "fraud", "alice").describe_training_job(**JOB.params)
        self.assertEqual(caught.exception.response["Error"]["Code"], "AccessDeniedException")
        roles = Work("list roles", "iam", "list_roles", {})
        self.assertIn("iam:ListRoles", self.assert_denied(roles, "fraud", "alice"))

    def test_attached_policies_decide(self) -> None:
        self.call(OWN, "fraud", "alice")
        self.inline("closed", {"Effect": "Deny", "Action": "s3:*", "Resource": "*"})
        self.assertIn("explicit deny", self.assert_denied(OWN, "fraud", "alice"))

    def test_boundary_limits_wide_policies(self) -> None:
        iam = self.platform.admin("iam")
        role = {"RoleName": "wide"}
        made = iam.create_role(
            **role,
            AssumeRolePolicyDocument=json.dumps(generate("trust")),
            PermissionsBoundary=self.platform.boundary,
            Tags=[{"Key": "project", "Value": "fraud"}, {"Key": "user", "Value": "alice"}],
        )
        everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [everything]}
        iam.put_role_policy(**role, PolicyName="all", PolicyDocument=json.dumps(document))
        answer = self.platform.admin("sts").assume_role(
            RoleArn=made["Role"]["Arn"], RoleSessionName="wide"
        )
        with self.assertRaises(ClientError) as caught:
            self.platform.client_of(answer["Credentials"], "dynamodb").list_tables()
        message = caught.exception.response["Error"]["Message"]
        self.assertTrue(
            message.endswith(
                "is not authorized to perform: dynamodb:ListTables on resource: * "
                "because no permissions boundary allows the dynamodb:ListTables action"
            ),
            message,
        )

    def test_bucket_policy_wants_the_endpoint(self) -> None:
        self.call(OWN, "fraud", "alice")
        ec2 = self.platform.admin("ec2")
        ec2.delete_vpc_endpoints(VpcEndpointIds=[self.platform.endpoints["s3"]])
        self.addCleanup(self.platform.restore_endpoint)
        self.assertIn("resource-based policy", self.assert_denied(OWN, "fraud", "alice"))

    def test_endpoint_policy_limits(self) -> None:
        ec2 = self.platform.admin("ec2")
        name = {"VpcEndpointId": self.platform.endpoints["s3"]}
        (found,) = ec2.describe_vpc_endpoints(VpcEndpointIds=[name["VpcEndpointId"]])["VpcEndpoints"]
        statement = {"Effect": "Allow", "Principal": "*", "Action": "s3:ListBucket", "Resource": "*"}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        ec2.modify_vpc_endpoint(**name, PolicyDocument=json.dumps(document))
        self.addCleanup(ec2.modify_vpc_endpoint, **name, PolicyDocument=found["PolicyDocument"])
        self.assertIn("VPC endpoint policy", self.assert_denied(OWN, "fraud", "alice"))

    def test_key_policy_decides_about_objects(self) -> None:
        kms = self.platform.admin("kms")
        before = kms.get_key_policy(KeyId=self.platform.key, PolicyName="default")["Policy"]
        document = json.loads(before)
        document["Statement"].append(
            {"Effect": "Deny", "Principal": {"AWS": "*"}, "Action": "kms:Decrypt", "Resource": "*"}
        )
        key = {"KeyId": self.platform.key, "PolicyName": "default"}
        kms.put_key_policy(**key, Policy=json.dumps(document))
        self.addCleanup(kms.put_key_policy, **key, Policy=before)
        message = self.assert_denied(OWN, "fraud", "alice")
        self.assertIn("kms:Decrypt", message)

    def test_session_policy_limits(self) -> None:
        statement = {"Effect": "Allow", "Action": "s3:ListBucket", "Resource": "*"}
        answer = self.platform.admin("sts").assume_role(
            RoleArn=self.platform.roles["fraud", "alice"],
            RoleSessionName="narrow",
            Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        with self.assertRaises(ClientError) as caught:
            self.platform.client_of(answer["Credentials"], "s3").get_object(**OWN.params)
        self.assertIn("session policy", caught.exception.response["Error"]["Message"])

    def test_keys_come_from_the_call(self) -> None:
        tags = {"system": "MLSpace", "project": "fraud", "user": "alice"}
        params = {
            "EndpointConfigName": "fraud-c",
            "ProductionVariants": [
                {"VariantName": "v", "ModelName": "fraud-m", "InstanceType": "ml.m5.large", "InitialInstanceCount": 2}
            ],
            "KmsKeyId": "some-key",
            "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        }
        config = Work("configure", "sagemaker", "create_endpoint_config", params)
        self.assert_denied(config, "fraud", "alice")
        asked = [each for each in self.platform.decisions() if each["action"] == "sagemaker:CreateEndpointConfig"]
        context = asked[-1]["context"]
        expected = {
            "aws:TagKeys": ["system", "project", "user"],
            "aws:PrincipalTag/project": "fraud",
            "sagemaker:InstanceTypes": ["ml.m5.large"],
            "sagemaker:ModelArn": f"arn:aws:sagemaker:{REGION}:123456789012:model/fraud-m",
            "sagemaker:VolumeKmsKeyArn": f"arn:aws:kms:{REGION}:123456789012:key/some-key",
            **{f"aws:RequestTag/{key}": value for key, value in tags.items()},
        }
        self.assertEqual(context, {**context, **expected})
        self.assertNotIn("sagemaker:VpcSubnets", context, "the action does not have the key")


class Disagreement(Members):
    """A decision that the evaluators do not share fails the call, and is recorded."""

    @classmethod
    def tearDownClass(cls) -> None:
        """The test looks at the disagreement itself."""

    def test_disagreement_fails_the_call(self) -> None:
        # iam-simulate lets a statement lapse whose variable has no value.
        statement = {"Effect": "Deny", "Action": "s3:*", "NotResource": f"arn:aws:s3:::{BUCKET}/${{aws:PrincipalTag/none}}"}
        role = {"RoleName": self.platform.roles["fraud", "alice"].rsplit("/", 1)[-1]}
        document = {"Version": "2012-10-17", "Statement": [statement]}
        self.platform.admin("iam").put_role_policy(**role, PolicyName="odd", PolicyDocument=json.dumps(document))
        with self.assertRaises(ClientError) as caught:
            self.call(OWN, "fraud", "alice")
        self.assertEqual(caught.exception.response["Error"]["Code"], "EvaluatorsDisagree")
        (wrong,) = [each for each in self.platform.decisions() if each["disagreement"]]
        self.assertEqual(
            wrong["disagreement"], "mlspace-policy: explicit deny, iam-simulate: allowed"
        )
