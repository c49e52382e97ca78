# The parts of a platform, in the order of their dependencies: keys, network, buckets, tables,
# roles, and the trail and guardrails around them.
#
# Names of buckets and tables are built here, not in their modules, to avoid a cycle: endpoint
# policies name buckets and tables, and bucket policies name endpoints by id.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account_id = data.aws_caller_identity.current.account_id
  partition  = data.aws_partition.current.partition
  region     = data.aws_region.current.id

  # Memberships' roles, which the provider creates later. Other roles of the account need IAM
  # policies to use the key.
  key_users = ["arn:${local.partition}:iam::${local.account_id}:role/${var.iam_resource_prefix}-*"]

  data_bucket = "${var.name}-data-${local.account_id}"

  tables = [
    "app_configuration", "datasets", "group_datasets", "group_membership_history", "group_users", "groups",
    "project_groups", "project_users", "projects", "resource_metadata", "resource_schedule", "users",
  ]
  table_names = { for table in local.tables : table => "${var.name}-${replace(table, "_", "-")}" }

  # The endpoints of the services that projects can switch on. S3 has a gateway.
  service_endpoints = setsubtract(flatten([for word in var.limits.services : provider::mlspace::services()[word].endpoints]), ["s3"])

  tags = merge(var.tags, { system = var.system_tag })
}

# Volumes and outputs of jobs are encrypted with one approved key, so it is also the data bucket's.
# It is not limited to the KMS endpoint, because SageMaker attaches volumes from outside; objects
# are, by the bucket's policy.
module "kms" {
  source = "../kms"

  name               = var.name
  purposes           = ["data", "logs", "tables"]
  administrator_arns = var.administrator_arns
  user_arns          = { data = local.key_users }
  reader_arns        = var.model_reader_arns
  log_group_prefixes = ["/aws/sagemaker/", "/aws/vpc/flow-logs/${var.name}", "/${var.name}/"]
  existing_keys      = var.existing.keys
  tags               = local.tags
}

module "vpc" {
  source = "../vpc"

  name                = var.name
  cidr                = var.network.cidr
  reserved_cidrs      = var.network.reserved_cidrs
  availability_zones  = var.network.availability_zones
  zone_positions      = var.network.zone_positions
  workload_plan       = var.network.workload_plan
  subnet_prefix       = var.network.subnet_prefix
  nat                 = var.network.nat
  interface_endpoints = setunion(coalesce(var.network.interface_endpoints, ["standard"]), local.service_endpoints)
  existing            = var.existing.network
  bucket_names        = concat(["${var.name}-*"], var.existing.granted.buckets)
  table_names         = values(local.table_names)
  tags                = local.tags

  flow_logs = var.network.flow_logs ? {
    kms_key_arn    = module.kms.key_arns["logs"]
    retention_days = var.audit.retention_days
  } : null
}

resource "aws_vpc_security_group_ingress_rule" "people" {
  for_each = toset(var.network.client_cidrs)

  security_group_id = module.vpc.endpoint_security_group_id
  cidr_ipv4         = each.value
  ip_protocol       = "tcp"
  from_port         = 443
  to_port           = 443
  description       = "HTTPS from a network of people"
  tags              = local.tags
}

module "buckets" {
  source = "../buckets"

  name                  = var.name
  purposes              = length(var.model_reader_arns) > 0 ? ["data", "config", "logs", "models"] : ["data", "config", "logs"]
  kms_key_arns          = module.kms.key_arns
  endpoint_ids          = [module.vpc.s3_endpoint_id]
  exempt_principal_arns = var.administrator_arns
  iam_resource_prefix   = var.iam_resource_prefix
  model_reader_arns     = var.model_reader_arns
  tags                  = local.tags
}

# Earlier costs are not counted, and a key that no resource has had for a day is an error:
# https://docs.aws.amazon.com/awsaccountbilling/latest/aboutv2/activating-tags.html
resource "aws_ce_cost_allocation_tag" "this" {
  for_each = toset(var.audit.cost_allocation_tags ? ["project", "system", "user"] : [])

  tag_key = each.key
  status  = "Active"
}

module "tables" {
  source = "../tables"

  kms_key_arn         = module.kms.key_arns["tables"]
  name_prefix         = var.name
  deletion_protection = var.deletion_protection
  tags                = local.tags
}

module "guardrails" {
  source = "../guardrails"

  name_prefix               = var.name
  service_control           = var.guardrails.service_control
  service_control_documents = var.guardrails.service_control_documents
  target_ids                = var.guardrails.target_ids
  exempt_principal_arns     = var.administrator_arns
  role                      = var.guardrails.people
  role_documents            = var.guardrails.people_documents
  parameters                = var.guardrails.parameters
  tags                      = local.tags
}

module "roles" {
  source = "../roles"

  name_prefix         = var.name
  iam_resource_prefix = var.iam_resource_prefix
  system_tag          = var.system_tag
  data_bucket         = local.data_bucket
  kms_key_arn         = module.kms.key_arns["data"]
  tables              = { names = module.tables.table_names, key_arn = module.kms.key_arns["tables"] }
  granted             = var.existing.granted
  trusted             = var.trusted
  teams               = var.teams
  limits              = var.limits
  people_policy_arns  = { for index, arn in module.guardrails.role_policy_arns : "guardrails-${index + 1}" => arn }
  tags                = local.tags

  network = {
    subnet_ids              = module.vpc.subnet_ids
    security_group_ids      = var.network.project_security_groups ? [] : module.vpc.security_group_ids
    project_security_groups = var.network.project_security_groups
  }
  notebook_endpoint_ids = [
    for service in ["sagemaker.api", "notebook"] : module.vpc.endpoint_ids[service] if contains(keys(module.vpc.endpoint_ids), service)
  ]
}

check "people_reach_notebooks" {
  assert {
    condition     = length(var.network.client_cidrs) > 0 || !contains(keys(var.trusted), "data_scientist")
    error_message = "Data scientists open notebooks through the interface endpoints only, and these admit no network of people: name the networks of your office or VPN in `network.client_cidrs`, or add rules to the security group in the output `endpoint_security_group_id`."
  }
}

module "audit" {
  source = "../audit"
  count  = var.audit.enabled ? 1 : 0

  name                      = var.name
  bucket                    = module.buckets.bucket_names["logs"]
  kms_key_arn               = module.kms.key_arns["logs"]
  data_buckets              = [local.data_bucket]
  iam_resource_prefix       = var.iam_resource_prefix
  permissions_boundary_arns = [module.roles.permissions_boundary_arn]
  expected_role_arns        = toset(concat(var.administrator_arns, compact([module.roles.terraform_role_arn])))
  retention_days            = var.audit.retention_days
  alarm_emails              = var.audit.alarm_emails
  denied_calls              = var.audit.denied_calls
  tags                      = local.tags
}
