# The modules that version 3 of hashicorp/aws can apply, against the emulator.

variable "endpoint" {
  description = "URL of the emulator."
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
  region                      = "us-east-1"
  access_key                  = "test"
  secret_key                  = "test"
  skip_credentials_validation = true
  skip_metadata_api_check     = true
  skip_region_validation      = true
  skip_get_ec2_platforms      = true
  s3_force_path_style         = true

  endpoints {
    cloudwatchlogs = var.endpoint
    dynamodb       = var.endpoint
    ec2            = var.endpoint
    iam            = var.endpoint
    kms            = var.endpoint
    s3             = var.endpoint
    sts            = var.endpoint
  }
}

data "aws_caller_identity" "current" {}

locals {
  roles = "arn:aws:iam::${data.aws_caller_identity.current.account_id}:role"
}

module "kms" {
  source = "../../../modules/kms"

  administrator_arns = ["${local.roles}/platform"]
  user_arns          = { data = ["${local.roles}/MLSpace-*"], volumes = ["${local.roles}/MLSpace-*"] }
}

module "tables" {
  source = "../../../modules/tables"

  kms_key_arn = module.kms.key_arns["data"]
}

module "vpc" {
  source = "../../../modules/vpc"

  flow_logs = { kms_key_arn = module.kms.key_arns["logs"] }
}

module "buckets" {
  source = "../../../modules/buckets"

  kms_key_arns          = { data = module.kms.key_arns["data"] }
  endpoint_ids          = [module.vpc.s3_endpoint_id]
  exempt_principal_arns = ["${local.roles}/platform"]
}

module "roles" {
  source = "../../../modules/roles"

  data_bucket = module.buckets.data_bucket
  kms_key_arn = module.kms.key_arns["volumes"]
  network = {
    subnet_ids         = module.vpc.subnet_ids
    security_group_ids = module.vpc.security_group_ids
  }
}
