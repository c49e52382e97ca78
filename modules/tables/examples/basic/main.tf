# The twelve tables, encrypted with an existing key.

provider "aws" {
  region = "eu-west-1"
}

variable "kms_key_arn" {
  description = "ARN of the key."
  type        = string
  default     = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
}

module "tables" {
  source = "../.."

  kms_key_arn = var.kms_key_arn
  tags        = { system = "MLSpace" }
}

output "table_names" {
  description = "Names of the tables, for the provider's `table_names`."
  value       = module.tables.table_names
}
