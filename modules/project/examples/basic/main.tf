# Two projects in the network of a platform. Workloads of one do not reach those of the other.

provider "aws" {
  region = "eu-west-1"
}

provider "mlspace" {
  region      = "eu-west-1"
  data_bucket = "mlspace-data-123456789012"

  # No security groups: each project has its own.
  notebook_defaults {
    subnet_ids = ["subnet-0a1b2c3d4e5f60718", "subnet-08172635445362718"]
    kms_key_id = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }
}

locals {
  # Output `network` of the module `platform`, here from another configuration.
  network = {
    vpc_id                     = "vpc-0a1b2c3d4e5f60718"
    endpoint_security_group_id = "sg-0123456789abcdef0"
    prefix_list_ids            = { s3 = "pl-6da54004", dynamodb = "pl-6fa54006" }
  }
}

module "fraud" {
  source = "../.."

  name        = "fraud"
  description = "Card fraud models"
  network     = local.network
  members     = { alice = { owner = true }, bob = {} }
  datasets    = { cards-2026 = "Card transactions of 2026" }

  limits = {
    max_runtime    = "24h"
    instance_types = { notebook = ["ml.t3.*"], training = ["ml.m5.*", "ml.g5.*"] }
  }
}

module "churn" {
  source = "../.."

  name        = "churn"
  description = "Customer churn models"
  network     = local.network
  members     = { carol = { owner = true } }

  egress = {
    "Database of customers" = { port = 5432, security_group_id = "sg-0fedcba9876543210" }
  }
}

resource "mlspace_notebook" "alice" {
  name               = "fraud-alice"
  project            = module.fraud.name
  user               = "alice"
  instance_type      = "ml.t3.medium"
  security_group_ids = module.fraud.security_group_ids

  depends_on = [module.fraud] # alice's membership
}
