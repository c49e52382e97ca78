# A domain of Studio in an existing network: its role without rights, lifecycle configurations, images,
# and checks that the network has room and endpoints for it.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  # Parameters of every policy document.
  account = {
    account_id = data.aws_caller_identity.current.account_id
    partition  = data.aws_partition.current.partition
    region     = data.aws_region.current.id
  }

  # Without these a domain in a network without internet access does not open, or its apps do not
  # start: https://docs.aws.amazon.com/sagemaker/latest/dg/studio-updated-and-internet-access.html
  required_endpoints = ["s3", "sagemaker.api", "sagemaker.runtime", "sts", "studio"]
  missing_endpoints  = var.network.endpoint_ids == null ? [] : sort(setsubtract(local.required_endpoints, keys(var.network.endpoint_ids)))

  ip_plan = provider::mlspace::studio_ip_plan({
    users                       = var.workload_plan.users
    availability_zones          = length(var.network.subnet_ids)
    interface_endpoints         = var.network.endpoint_ids == null ? 0 : length(setsubtract(keys(var.network.endpoint_ids), ["s3", "dynamodb"]))
    jupyter_server              = false
    instance_types_per_user     = var.workload_plan.apps
    training_instances_per_user = var.workload_plan.training_instances
    efa                         = var.workload_plan.efa
    growth_percent              = var.workload_plan.growth_percent
  })

  app_types = { jupyter_lab = "JupyterLab", code_editor = "CodeEditor" }
  scripts = merge([
    for name, config in var.lifecycle_configs : {
      for app in config.apps : "${name}/${app}" => { name = name, app = app, script = config.script, default = config.default }
    }
  ]...)

  apps = {
    for app in keys(local.app_types) : app => {
      instance_type         = var.apps.instance_type
      idle_timeout_minutes  = var.apps.idle_timeout_minutes
      idle_timeout_locked   = var.apps.idle_timeout_minutes == null ? null : var.apps.idle_timeout_locked
      lifecycle_config_arns = [for key, script in local.scripts : aws_sagemaker_studio_lifecycle_config.this[key].arn if script.app == app]
      default_lifecycle_config_arn = one([
        for key, script in local.scripts : aws_sagemaker_studio_lifecycle_config.this[key].arn if script.app == app && script.default
      ])
      custom_images = var.custom_images[app]
    }
  }
}

data "aws_subnet" "this" {
  count = length(var.network.subnet_ids)

  id = var.network.subnet_ids[count.index]

  lifecycle {
    postcondition {
      condition     = self.vpc_id == var.network.vpc_id
      error_message = "The subnet ${self.id} belongs to ${self.vpc_id}, not to ${var.network.vpc_id}."
    }
    postcondition {
      condition     = !self.map_public_ip_on_launch
      error_message = "The subnet ${self.id} assigns public addresses on launch: name private subnets, or turn that off."
    }
    postcondition {
      condition     = tonumber(split("/", self.cidr_block)[1]) <= local.ip_plan.balanced_prefix
      error_message = "The subnet ${self.id} (${self.cidr_block}) is too small for the plan: even with its users spread evenly, each subnet needs ${local.ip_plan.per_subnet_balanced} addresses, so a /${local.ip_plan.balanced_prefix}. Name larger or more subnets, or plan for fewer in `workload_plan`."
    }
  }
}

# SageMaker wants a role for profiles that name none. It has no policy: every profile of a membership
# names the membership's role.
resource "aws_iam_role" "default" {
  count = var.default_role.existing_arn == null ? 1 : 0

  name                 = "${var.name}-studio-without-rights"
  path                 = "/platform/"
  description          = "Profiles without a role of their own; it has no rights."
  assume_role_policy   = one(provider::mlspace::policy_documents("trust", local.account))
  permissions_boundary = var.default_role.permissions_boundary_arn
  tags                 = var.tags
}

# A lifecycle configuration cannot be changed. A changed script is a new one, which the domain gets
# before the old one is deleted.
resource "aws_sagemaker_studio_lifecycle_config" "this" {
  for_each = local.scripts

  studio_lifecycle_config_name     = "${var.name}-${each.value.name}-${replace(each.value.app, "_", "-")}-${substr(sha256(each.value.script), 0, 8)}"
  studio_lifecycle_config_app_type = local.app_types[each.value.app]
  studio_lifecycle_config_content  = base64encode(each.value.script)
  tags                             = var.tags

  lifecycle {
    create_before_destroy = true

    precondition {
      condition     = length("${var.name}-${each.value.name}-${each.value.app}-01234567") <= 63
      error_message = "The name of the lifecycle configuration `${each.value.name}` is longer than 63 characters together with `name`, the kind of app and a hash: shorten it."
    }
  }
}

# What apps write. A group that SageMaker creates is not encrypted with our key and never expires.
resource "aws_cloudwatch_log_group" "this" {
  count = var.logs == null ? 0 : 1

  name              = "/aws/sagemaker/studio"
  kms_key_id        = var.logs.kms_key_arn
  retention_in_days = var.logs.retention_days
  tags              = var.tags
}

resource "mlspace_studio_domain" "this" {
  name                       = var.name
  vpc_id                     = var.network.vpc_id
  subnet_ids                 = var.network.subnet_ids
  security_group_ids         = var.network.security_group_ids
  kms_key_id                 = var.kms_key_arn
  default_execution_role_arn = var.default_role.existing_arn == null ? aws_iam_role.default[0].arn : var.default_role.existing_arn

  jupyter_lab = local.apps.jupyter_lab
  code_editor = local.apps.code_editor

  default_volume_size        = var.volume_sizes.default
  max_volume_size            = var.volume_sizes.maximum
  hidden_tools               = var.hidden.tools
  hidden_instance_types      = var.hidden.instance_types
  docker_access              = var.docker.enabled
  docker_trusted_account_ids = var.docker.trusted_account_ids

  force_destroy = var.force_destroy
  # The provider sets these keys itself.
  tags = { for key, value in var.tags : key => value if !contains(["system", "project", "user"], key) }

  lifecycle {
    precondition {
      condition     = length(local.missing_endpoints) == 0
      error_message = "The network has no endpoint for ${join(", ", local.missing_endpoints)}, so that the domain does not open or its apps do not start: add these services to `interface_endpoints` of the module `vpc`. For a network with internet access, leave `network.endpoint_ids` out."
    }
  }

  depends_on = [data.aws_subnet.this]
}
