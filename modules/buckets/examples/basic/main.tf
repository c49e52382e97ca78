# Buckets for data, parameters and logs, for one network and one key.

provider "aws" {
  region = "eu-west-1"
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

variable "kms_key_arn" {
  description = "ARN of the key that encrypts the buckets, such as `module.kms.key_arns[\"data\"]`."
  type        = string
  default     = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
}

variable "endpoint_id" {
  description = "Id of the S3 endpoint of the network, such as `module.vpc.s3_endpoint_id`."
  type        = string
  default     = "vpce-0a1b2c3d4e5f67890"
}

module "buckets" {
  source = "../.."

  kms_key_arns          = { data = var.kms_key_arn }
  endpoint_ids          = [var.endpoint_id]
  exempt_principal_arns = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:role/platform"]
  tags                  = { system = "MLSpace" }
}

output "bucket_names" {
  description = "Names of the buckets by purpose."
  value       = module.buckets.bucket_names
}
