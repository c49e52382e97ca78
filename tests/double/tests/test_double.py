"""The double refuses what today's AWS provider would, and takes the rest."""

import json
import os
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))

import cores as terraform  # noqa: E402
import providers  # noqa: E402

HEAD = """
terraform {
  required_providers {
    aws = { source = "hashicorp/aws", version = ">= 6.0" }
  }
}
"""

# What is wrong, and what Terraform must say about it.
REFUSED = {
    "an attribute that doesn't exist": (
        'resource "aws_vpc" "x" { cidr_blok = "10.0.0.0/16" }',
        "Unsupported argument",
    ),
    "an attribute that is no more": (
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
    "a block too many": (
        'resource "aws_dynamodb_table" "x" {\n name = "t"\n ttl {}\n ttl {}\n}',
        "Too many ttl blocks",
    ),
    "an attribute of another type": (
        'resource "aws_vpc" "x" { enable_dns_support = ["yes"] }',
        "Incorrect attribute value type",
    ),
    "a computed attribute": (
        'resource "aws_vpc" "x" {\n cidr_block = "10.0.0.0/16"\n arn = "arn"\n}',
        "cannot be set",
    ),
    "an id": (
        'resource "aws_vpc" "x" {\n cidr_block = "10.0.0.0/16"\n id = "vpc-1"\n}',
        "cannot be set",
    ),
    "a rule that misses attributes": (
        'resource "aws_security_group" "x" {\n ingress = [{ from_port = 1 }]\n}',
        "attributes",
    ),
    "text that is no JSON": (
        'resource "aws_kms_key" "x" { policy = "{" }',
        "`policy` is no JSON",
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
        "policy documents come from",
    ),
    "a provider argument": (
        'provider "aws" { regoin = "us-east-1" }\nresource "aws_kms_key" "x" {}',
        "Unsupported argument",
    ),
}

TAKEN = """
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


class Double(unittest.TestCase):
    """Terraform with the double as `hashicorp/aws`."""

    @classmethod
    def setUpClass(cls) -> None:
        """One directory and one `init` for all."""
        cls.scratch = tempfile.TemporaryDirectory(prefix="mlspace-double-")
        cls.addClassCleanup(cls.scratch.cleanup)
        root = Path(cls.scratch.name)
        cls.here = root / "here"
        cls.here.mkdir()
        texts = [text for text, _ in REFUSED.values()] + [TAKEN]
        used = {f"{kind}/{name}" for text in texts for kind, name in providers.USE.findall(text)}
        given = os.environ.get("MLSPACE_BINARIES")
        cls.env = providers.with_double(root, given, ",".join(sorted(used)))
        cls.terraform = terraform.cores(terraform.environment())[0]["path"]
        cls.write(HEAD)
        done = cls.run_terraform("init")
        assert done.returncode == 0, done.stdout

    @classmethod
    def write(cls, text: str) -> None:
        """Replace the configuration."""
        (cls.here / "main.tf").write_text(HEAD + text if text != HEAD else text)

    @classmethod
    def run_terraform(cls, *arguments: str) -> subprocess.CompletedProcess:
        """One command, with its output and errors together."""
        return subprocess.run(
            [cls.terraform, *arguments, "-no-color"],
            cwd=cls.here,
            env=cls.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def test_what_the_provider_would_refuse(self) -> None:
        """Each mistake is refused by `validate`, in Terraform's or the double's words."""
        for what, (text, words) in REFUSED.items():
            with self.subTest(what):
                self.write(text)
                done = self.run_terraform("validate")
                self.assertEqual(done.returncode, 1, done.stdout)
                self.assertIn(words, done.stdout)

    def test_a_whole_life(self) -> None:
        """What is applied is known, settled, and gone after destroy."""
        self.write(TAKEN)
        done = self.run_terraform("apply", "-auto-approve")
        self.assertEqual(done.returncode, 0, done.stdout)
        shown = self.run_terraform("output", "-json")
        self.assertEqual(
            json.loads(shown.stdout)["all"]["value"],
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
        self.write(TAKEN.replace('Name = "x"', 'Name = "y"'))
        changed = self.run_terraform("apply", "-auto-approve")
        self.assertIn("0 added, 1 changed, 0 destroyed", changed.stdout)
        done = self.run_terraform("destroy", "-auto-approve")
        self.assertIn("5 destroyed", done.stdout)


if __name__ == "__main__":
    unittest.main()
