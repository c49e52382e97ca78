"""The fake AWS provider under a real Terraform: it rejects mistakes and applies the rest."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[3] / "tools"
sys.path.insert(0, str(TOOLS))

import providers  # noqa: E402
import terraform_versions  # noqa: E402

REQUIRED_PROVIDERS = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 6.0" }
  }
}
"""

# Mistake: (configuration, part of the error message).
REJECTED = {
    "an attribute that doesn't exist": (
        'resource "aws_vpc" "x" { cidr_blok = "10.0.0.0/16" }',
        "Unsupported argument",
    ),
    "an attribute that was removed": (
        'resource "aws_eip" "x" { vpc = true }',
        "Unsupported argument",
    ),
    "an attribute inside a block": (
        'resource "aws_s3_bucket_versioning" "x" {\n bucket = "b"\n'
        ' versioning_configuration {\n  state = "Enabled"\n }\n}',
        "Unsupported argument",
    ),
    "a block that doesn't exist": (
        'resource "aws_dynamodb_table" "x" {\n name = "t"\n encryption {}\n}',
        "Unsupported block type",
    ),
    "a missing required attribute": (
        'resource "aws_kms_alias" "x" {}',
        "Missing required argument",
    ),
    "a missing required block": (
        'resource "aws_s3_bucket_versioning" "x" { bucket = "b" }',
        "Insufficient versioning_configuration blocks",
    ),
    "too many blocks": (
        'resource "aws_dynamodb_table" "x" {\n name = "t"\n ttl {}\n ttl {}\n}',
        "Too many ttl blocks",
    ),
    "a value of the wrong type": (
        'resource "aws_vpc" "x" { enable_dns_support = ["yes"] }',
        "Incorrect attribute value type",
    ),
    "a computed attribute": (
        'resource "aws_vpc" "x" {\n cidr_block = "10.0.0.0/16"\n arn = "arn"\n}',
        "Read-only attribute",
    ),
    "an id": (
        'resource "aws_vpc" "x" {\n cidr_block = "10.0.0.0/16"\n id = "vpc-1"\n}',
        "Read-only attribute",
    ),
    "an object without some of its attributes": (
        'resource "aws_security_group" "x" {\n ingress = [{ from_port = 1 }]\n}',
        "attributes",
    ),
    "a policy that is not JSON": (
        'resource "aws_kms_key" "x" { policy = "{" }',
        "`policy` is not valid JSON",
    ),
    "a type that doesn't exist": (
        'resource "aws_vpd" "x" {}',
        "Invalid resource type",
    ),
    "an attribute of a data source": (
        'data "aws_region" "x" { nom = "y" }',
        "Unsupported argument",
    ),
    "a policy document in HCL": (
        'data "aws_iam_policy_document" "x" {}',
        "Policy documents come from",
    ),
    "a provider argument": (
        'provider "aws" { regoin = "us-east-1" }\nresource "aws_kms_key" "x" {}',
        "Unsupported argument",
    ),
}

ACCEPTED = """
provider "aws" {
  region              = "cn-north-1"
  allowed_account_ids = ["210987654321"]
  default_tags { tags = { team = "x" } }
}
data "aws_caller_identity" "x" {}
data "aws_partition" "x" {}
data "aws_availability_zones" "x" {}
resource "aws_vpc" "x" {
  cidr_block = "10.0.0.0/16"
  tags       = { Name = "x" }
}
resource "aws_subnet" "x" {
  count      = 2
  vpc_id     = aws_vpc.x.id
  cidr_block = cidrsubnet(aws_vpc.x.cidr_block, 8, count.index)
}
resource "aws_kms_key" "x" {}
resource "aws_kms_alias" "x" {
  name          = "alias/x"
  target_key_id = aws_kms_key.x.arn
}
output "all" {
  value = {
    account   = data.aws_caller_identity.x.account_id
    partition = data.aws_partition.x.partition
    zones     = length(data.aws_availability_zones.x.names)
    tags      = aws_vpc.x.tags_all
    distinct  = length(distinct(aws_subnet.x[*].id))
    linked    = aws_subnet.x[0].vpc_id == aws_vpc.x.id
    same_key  = aws_kms_alias.x.target_key_arn == aws_kms_key.x.arn
    key       = split(":", aws_kms_key.x.arn)[1]
  }
}
"""


class FakeProvider(unittest.TestCase):
    """Terraform with the fake as `hashicorp/aws`."""

    @classmethod
    def setUpClass(cls) -> None:
        """Create one directory for all tests, and run `init` there."""
        cls.scratch = tempfile.TemporaryDirectory(prefix="mlspace-fake-aws-")
        cls.addClassCleanup(cls.scratch.cleanup)
        root = Path(cls.scratch.name)
        cls.work = root / "work"
        cls.work.mkdir()
        configurations = [configuration for configuration, _ in REJECTED.values()] + [ACCEPTED]
        used = {
            f"{kind}/{name}"
            for configuration in configurations
            for kind, name in providers.AWS_TYPE.findall(configuration)
        }
        binaries = os.environ.get("MLSPACE_BINARIES")
        cls.env = providers.with_fake_aws(root, binaries, ",".join(sorted(used)))
        environment = terraform_versions.virtual_environment()
        cls.terraform = terraform_versions.available(environment)[0]["path"]
        cls.write("")
        done = cls.run_terraform("init")
        assert done.returncode == 0, done.stdout

    @classmethod
    def write(cls, configuration: str) -> None:
        """Replace the configuration."""
        (cls.work / "main.tf").write_text(REQUIRED_PROVIDERS + configuration)

    @classmethod
    def run_terraform(cls, *arguments: str) -> subprocess.CompletedProcess:
        """Run one command; stdout holds its output and errors together."""
        return subprocess.run(
            [cls.terraform, *arguments, "-no-color"],
            cwd=cls.work,
            env=cls.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def test_validate_rejects_mistakes(self) -> None:
        for mistake, (configuration, message) in REJECTED.items():
            with self.subTest(mistake):
                self.write(configuration)
                done = self.run_terraform("validate")
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn(message, done.stdout)

    def test_apply_plan_update_destroy(self) -> None:
        self.write(ACCEPTED)
        done = self.run_terraform("apply", "-auto-approve")
        self.assertEqual(done.returncode, 0, done.stdout)
        output = self.run_terraform("output", "-json")
        self.assertEqual(
            json.loads(output.stdout)["all"]["value"],
            {
                "account": "210987654321",
                "partition": "aws-cn",
                "zones": 6,
                "tags": {"team": "x", "Name": "x"},
                "distinct": 2,
                "linked": True,
                "same_key": True,
                "key": "aws-cn",
            },
        )
        again = self.run_terraform("plan", "-detailed-exitcode")
        self.assertEqual(again.returncode, 0, again.stdout)
        self.write(ACCEPTED.replace('Name = "x"', 'Name = "y"'))
        changed = self.run_terraform("apply", "-auto-approve")
        self.assertIn("0 added, 1 changed, 0 destroyed", changed.stdout)
        done = self.run_terraform("destroy", "-auto-approve")
        self.assertIn("5 destroyed", done.stdout)


if __name__ == "__main__":
    unittest.main()
