# One key for each purpose: readers of data are not readers of logs, and the endpoint condition of
# the data key does not apply to services that attach encrypted volumes.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  account = {
    account_id = data.aws_caller_identity.current.account_id
    region     = data.aws_region.current.id
    partition  = data.aws_partition.current.partition
  }

  titles = {
    data    = contains(var.purposes, "tables") ? "objects" : "objects and tables"
    tables  = "records"
    volumes = "volumes of notebooks, jobs and endpoints"
    logs    = "log groups, trails and alarms"
  }

  created = setsubtract(var.purposes, keys(var.existing_keys))
  aliases = { for purpose in local.created : purpose => "alias/${var.name}-${purpose}" }

  # Parameters of each purpose's key policy, in addition to the administrators.
  access = {
    data = {
      user_arns          = lookup(var.user_arns, "data", [])
      reader_arns        = var.reader_arns
      endpoint_ids       = var.endpoint_ids
      log_group_prefixes = []
      used_by            = []
    }
    tables = {
      user_arns          = []
      reader_arns        = []
      endpoint_ids       = []
      log_group_prefixes = []
      used_by            = []
    }
    volumes = {
      user_arns          = lookup(var.user_arns, "volumes", [])
      reader_arns        = []
      endpoint_ids       = []
      log_group_prefixes = []
      used_by            = []
    }
    logs = {
      user_arns          = []
      reader_arns        = []
      endpoint_ids       = []
      log_group_prefixes = sort(var.log_group_prefixes)
      used_by            = sort(var.log_services)
    }
  }

  policies = {
    for purpose in local.created : purpose => provider::mlspace::key_policy(merge(local.account, local.access[purpose], {
      administrator_arns = var.administrator_arns
    }))
  }

  # Administrators that a pattern of users matches, or the other way round. Equal ARNs match too.
  patterns = {
    for arn in distinct(concat(var.administrator_arns, flatten(values(var.user_arns)), var.reader_arns)) :
    arn => "^${replace(replace(replace(replace(arn, ".", "\\."), "+", "\\+"), "?", "."), "*", ".*")}$"
  }
  overlaps = distinct(flatten([
    for administrator in var.administrator_arns : [
      for user in concat(flatten(values(var.user_arns)), var.reader_arns) : "${administrator} and ${user}"
      if can(regex(local.patterns[user], administrator)) || can(regex(local.patterns[administrator], user))
    ]
  ]))
}

resource "aws_kms_key" "this" {
  for_each = local.created

  description             = "${var.name}: ${local.titles[each.key]}"
  enable_key_rotation     = true
  rotation_period_in_days = var.rotation_days
  deletion_window_in_days = var.deletion_days
  policy                  = local.policies[each.key]
  tags                    = merge(var.tags, { Name = "${var.name}-${each.key}" })

  lifecycle {
    precondition {
      condition     = length(local.overlaps) == 0
      error_message = "Administrators of a key cannot be its users, but these match each other: ${join("; ", local.overlaps)}. Narrow the pattern, or give the administrators other names."
    }
  }
}

# Only AWS detects an alias that exists already, at apply (AlreadyExistsException): choose another
# `name`, import the alias, or name its key in `existing_keys`.
resource "aws_kms_alias" "this" {
  for_each = local.created

  name          = local.aliases[each.key]
  target_key_id = aws_kms_key.this[each.key].key_id
}
