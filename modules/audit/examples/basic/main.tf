# A trail for a data bucket, with an existing bucket for logs and an existing key.

provider "aws" {
  region = "eu-west-1"
}

module "audit" {
  source = "../.."

  bucket       = "mlspace-logs-111122223333"
  kms_key_arn  = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  data_buckets = ["mlspace-data-111122223333"]

  permissions_boundary_arns = ["arn:aws:iam::111122223333:policy/platform/mlspace-permissions-boundary"]
  expected_role_arns        = ["arn:aws:iam::111122223333:role/platform/mlspace-terraform"]

  alarm_emails = ["ml-platform@example.com"]
  tags         = { system = "MLSpace" }
}

output "alarm_names" {
  description = "Names of the alarms."
  value       = module.audit.alarm_names
}
