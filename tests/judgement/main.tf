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

module "kms" {
  source = "../../modules/kms"

  administrator_arns = ["${local.roles}/platform"]
  user_arns          = { data = ["${local.roles}/MLSpace-*"], volumes = ["${local.roles}/MLSpace-*"] }
  endpoint_ids       = compact([module.vpc.kms_endpoint_id])
}

module "vpc" {
  source = "../../modules/vpc"

  bucket_names = ["mlspace-*"]
  flow_logs    = { kms_key_arn = module.kms.key_arns["logs"] }
}

module "buckets" {
  source = "../../modules/buckets"

  kms_key_arns          = module.kms.key_arns
  endpoint_ids          = [module.vpc.s3_endpoint_id]
  exempt_principal_arns = ["${local.roles}/platform"]
}

module "roles" {
  source = "../../modules/roles"

  data_bucket = module.buckets.data_bucket
  kms_key_arn = module.kms.key_arns["volumes"]
  network = {
    subnet_ids         = module.vpc.subnet_ids
    security_group_ids = module.vpc.security_group_ids
  }
}

output "settings" {
  description = "As the provider takes them."
  value = {
    region                   = var.region
    data_bucket              = module.buckets.data_bucket
    permissions_boundary_arn = module.roles.permissions_boundary_arn
    base_policy_arns         = module.roles.base_policy_arns
    notebook_defaults = {
      subnet_ids         = module.vpc.subnet_ids
      security_group_ids = module.vpc.security_group_ids
      kms_key_id         = module.kms.key_arns["volumes"]
    }
  }
}
