# The policies of every membership's role: its boundary, the base policy, and limits of instance
# types and services.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account = {
    account_id = data.aws_caller_identity.current.account_id
    partition  = data.aws_partition.current.partition
    region     = data.aws_region.current.id
  }

  # Parameters of every policy document.
  deployment = merge(local.account, {
    system_tag          = var.system_tag
    iam_resource_prefix = var.iam_resource_prefix
    data_bucket         = var.data_bucket
    subnet_ids          = var.network.subnet_ids
    security_group_ids  = var.network.security_group_ids
    kms_key_id          = var.kms_key_arn
    granted_buckets     = var.granted.buckets
    granted_key_arns    = var.granted.key_arns
  })

  records = {
    table_names   = var.tables.names
    table_key_arn = var.tables.key_arn
  }

  # The role that runs Terraform manages roles and policies without a path. Its own policies have
  # this path, so it cannot change them.
  path = "/platform/"

  # Built from names, so that documents are known before the policies exist.
  policy_arn = "arn:${local.account.partition}:iam::${local.account.account_id}:policy${local.path}${var.name_prefix}"

  limits = merge(
    var.limits.instance_types == null ? {} : {
      instance-types = {
        description = "Denies instance types that are not listed."
        policy = one(provider::mlspace::policy_documents("instance_types", merge(local.account, {
          for kind, types in var.limits.instance_types : "${kind}_instance_types" => types
        })))
      }
    },
    length(var.limits.denied_services) == 0 ? {} : {
      denied-services = {
        description = "Denies services that are switched off: ${join(", ", var.limits.denied_services)}."
        policy = one(provider::mlspace::policy_documents("denied_services", merge(local.account, {
          services = var.limits.denied_services
        })))
      }
    },
  )
}

resource "aws_iam_policy" "boundary" {
  name        = "${var.name_prefix}-permissions-boundary"
  path        = local.path
  description = "The permissions boundary of memberships' roles: by the role's tags, for every project and user at once."
  policy      = one(provider::mlspace::policy_documents("permissions_boundary", merge(local.deployment, { services = var.limits.services })))
  tags        = var.tags
}

resource "aws_iam_policy" "base" {
  name        = "${var.name_prefix}-notebook-base"
  path        = local.path
  description = "What a notebook or job needs besides its data: network, key, logs, images."
  policy      = one(provider::mlspace::policy_documents("notebook_base", merge(local.deployment, { project_security_groups = var.network.project_security_groups })))
  tags        = var.tags
}

resource "aws_iam_policy" "limits" {
  for_each = local.limits

  name        = "${var.name_prefix}-${each.key}"
  path        = local.path
  description = each.value.description
  policy      = each.value.policy
  tags        = var.tags
}

# For roles other than memberships', whose own policies require the approved key on every volume.
resource "aws_iam_policy" "volume_key" {
  count = var.limits.keyless_types == null ? 0 : 1

  name        = "${var.name_prefix}-volume-key"
  path        = local.path
  description = "Denies volumes without the approved key, but on types that take none."
  policy      = one(provider::mlspace::policy_documents("volume_key", merge(local.deployment, { exempt_instance_types = var.limits.keyless_types })))
  tags        = var.tags
}
