# A platform as its modules make it, to be judged: may a member's role do what the access model says, and nothing else, when
# all policies that bear on a request are taken together?

variable "region" {
  description = "Region, which decides the partition."
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
  description = "As the provider takes them."
  value       = module.platform.settings
}
