output "settings" {
  description = "Settings of the provider block, by attribute: `region`, `system_tag`, `iam_resource_prefix`, `data_bucket`, `permissions_boundary_arn`, `base_policy_arns`, `services`, `table_names` and `notebook_defaults`."
  value = {
    region                   = local.region
    system_tag               = var.system_tag
    iam_resource_prefix      = var.iam_resource_prefix
    data_bucket              = module.buckets.data_bucket
    permissions_boundary_arn = module.roles.permissions_boundary_arn
    base_policy_arns         = module.roles.base_policy_arns
    services                 = sort(var.limits.services)
    table_names              = module.tables.table_names
    notebook_defaults = {
      subnet_ids         = module.vpc.subnet_ids
      security_group_ids = var.network.project_security_groups ? null : module.vpc.security_group_ids
      kms_key_id         = module.kms.key_arns["data"]
    }
  }
}

output "role_arns" {
  description = "ARNs of the staff roles by role, and of the role that runs Terraform as `terraform`."
  value       = merge(module.roles.role_arns, module.roles.terraform_role_arn == null ? {} : { terraform = module.roles.terraform_role_arn })
}

output "alarm_topic_arn" {
  description = "ARN of the topic that alarms are sent to; null without the trail."
  value       = one(module.audit[*].alarm_topic_arn)
}

output "documents" {
  description = "Every policy document as JSON, by purpose (`bucket/data`, `key/data`, `endpoint/s3`, `permissions_boundary` …), for reviews and tests."
  value = merge(
    module.roles.documents,
    { for purpose, policy in module.buckets.policies : "bucket/${purpose}" => policy },
    { for purpose, policy in module.kms.policies : "key/${purpose}" => policy },
    { for service, policy in module.vpc.endpoint_policies : "endpoint/${service}" => policy },
    { for index, policy in module.guardrails.service_control_policies : "service_control/${index + 1}" => policy },
  )
}

output "endpoint_security_group_id" {
  description = "Id of the interface endpoints' security group, which admits the workloads and `network.client_cidrs`."
  value       = module.vpc.endpoint_security_group_id
}

output "network" {
  description = "The network for the module `project`: `vpc_id`, `endpoint_security_group_id`, `prefix_list_ids` and `system_tag`, with `subnet_ids` and `security_group_ids` for others."
  value = {
    vpc_id                     = module.vpc.vpc_id
    subnet_ids                 = module.vpc.subnet_ids
    security_group_ids         = module.vpc.security_group_ids
    endpoint_security_group_id = module.vpc.endpoint_security_group_id
    prefix_list_ids            = module.vpc.prefix_list_ids
    system_tag                 = var.system_tag
  }
}
