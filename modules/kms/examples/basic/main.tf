# Three keys: for data, volumes and logs. The role that runs Terraform administers them; members'
# roles use the first two.

provider "aws" {
  region = "eu-west-1"
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  roles = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role"
}

module "kms" {
  source = "../.."

  administrator_arns = ["${local.roles}/platform"]
  user_arns = {
    data    = ["${local.roles}/MLSpace-*"]
    volumes = ["${local.roles}/MLSpace-*"]
  }
  tags = { system = "MLSpace" }
}

output "key_arns" {
  description = "ARNs of the keys by purpose."
  value       = module.kms.key_arns
}
