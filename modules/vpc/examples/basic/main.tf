# A network in the first three zones of the region, for a hundred people, without internet access.

provider "aws" {
  region = "eu-west-1"
}

variable "logs_key_arn" {
  description = "ARN of the key that encrypts flow logs, such as `module.kms.key_arns[\"logs\"]`."
  type        = string
  default     = "arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
}

module "vpc" {
  source = "../.."

  cidr           = "10.20.0.0/16"
  reserved_cidrs = ["10.0.0.0/14"] # the offices
  flow_logs      = { kms_key_arn = var.logs_key_arn }
  tags           = { system = "MLSpace" }
}

output "subnet_ids" {
  description = "Ids of the private subnets."
  value       = module.vpc.subnet_ids
}

output "endpoint_ids" {
  description = "Ids of the endpoints by service."
  value       = module.vpc.endpoint_ids
}
