# The platform module. The tests in tests/e2e evaluate all policies that it creates together, and
# check that the members of projects are allowed exactly what the access model says.

variable "region" {
  description = "Region of the provider; it determines the partition."
  type        = string
}

terraform {
  required_version = ">= 1.8"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
    mlspace = {
      source  = "mlspace/mlspace"
      version = ">= 0.1"
    }
  }
}

provider "aws" {
  region              = var.region
  allowed_account_ids = ["123456789012"]
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  roles = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role"
}

module "platform" {
  source = "../../modules/platform"

  administrator_arns = ["${local.roles}/platform"]
}

output "settings" {
  description = "Settings for the mlspace provider block."
  value       = module.platform.settings
}
