# Roles for a pipeline that runs Terraform, and for staff who sign in with IAM Identity Center.

provider "aws" {
  region = "eu-west-1"
}

locals {
  # Names of Identity Center's roles end in a random number.
  people = "arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/eu-west-1/AWSReservedSSO"
}

module "roles" {
  source = "../.."

  data_bucket = "mlspace-data-111122223333"
  kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  network = {
    subnet_ids         = ["subnet-0a1b2c3d4e5f60718", "subnet-08172635445362718"]
    security_group_ids = ["sg-0123456789abcdef0"]
  }

  trusted = {
    terraform = {
      web_identity = {
        provider_arn = "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"
        subjects     = ["repo:acme/ml-platform:ref:refs/heads/main"]
      }
    }
    platform_admin = { principal_arns = ["${local.people}_PlatformAdmin_*"] }
    data_scientist = { principal_arns = ["${local.people}_DataScientist_*"] }
    auditor        = { principal_arns = ["${local.people}_Auditor_*"] }
  }
  teams = {
    cards = { projects = ["fraud", "churn"], principal_arns = ["${local.people}_CardsLead_*"] }
  }

  limits = {
    instance_types = {
      training   = ["ml.m5.*", "ml.g5.*"]
      processing = ["ml.m5.*"]
      transform  = ["ml.m5.*"]
      endpoint   = ["ml.m5.large"]
    }
    denied_services = ["endpoints"]
    services        = ["registry", "pipelines"]
  }

  tags = { system = "MLSpace" }
}

output "permissions_boundary_arn" {
  description = "ARN of the boundary, for the provider block."
  value       = module.roles.permissions_boundary_arn
}

output "base_policy_arns" {
  description = "ARNs of the base policies, for the provider block."
  value       = module.roles.base_policy_arns
}

output "role_arns" {
  description = "ARNs of the staff roles."
  value       = module.roles.role_arns
}
