# A platform whose projects are in separate configurations, applied by a separate role; teams sign
# in with SAML.

provider "aws" {
  region = "eu-west-1"
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

locals {
  account = "arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}"
}

module "platform" {
  source = "../.."

  administrator_arns = ["${local.account}:role/build"]

  network = {
    cidr               = "10.40.0.0/16"
    availability_zones = ["eu-west-1a", "eu-west-1b"]
    client_cidrs       = ["10.8.0.0/16"] # the office
  }
  trusted = {
    terraform      = { principal_arns = ["${local.account}:role/projects-pipeline"] }
    data_scientist = { saml_provider_arn = "${local.account}:saml-provider/corp" }
    auditor        = { saml_provider_arn = "${local.account}:saml-provider/corp" }
  }
  limits = {
    services        = ["registry", "pipelines"]
    instance_types  = { training = ["ml.m5.*", "ml.g5.*"], processing = ["ml.m5.*"] }
    denied_services = ["endpoints"]
  }
  audit = { alarm_emails = ["security@example.com"] }
  tags  = { cost-center = "ml" }
}

output "settings" {
  description = "Settings of the provider block in the projects' configurations."
  value       = module.platform.settings
}
