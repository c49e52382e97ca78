# One key for each purpose, so that who may read data is not who may read logs, and so that the perimeter of the data key
# does not stand in the way of services that attach encrypted volumes.

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
    data    = "objects and tables"
    volumes = "volumes of notebooks, jobs and endpoints"
    logs    = "log groups, trails and alarms"
  }

  made    = setsubtract(var.purposes, keys(var.existing_keys))
  aliases = { for purpose in local.made : purpose => "alias/${var.name}-${purpose}" }

  # What each purpose adds to administrators.
  access = {
    data = {
      user_arns          = lookup(var.user_arns, "data", [])
      reader_arns        = var.reader_arns
      endpoint_ids       = var.endpoint_ids
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
    for purpose in local.made : purpose => provider::mlspace::key_policy(merge(local.account, local.access[purpose], {
      administrator_arns = var.administrator_arns
    }))
  }

  # Administrators that a pattern of users covers, or the other way round, though nobody wrote the same ARN twice.
  patterns = {
    for arn in distinct(concat(var.administrator_arns, flatten(values(var.user_arns)), var.reader_arns)) :
    arn => "^${replace(replace(replace(replace(arn, ".", "\\."), "+", "\\+"), "?", "."), "*", ".*")}$"
  }
  both = distinct(flatten([
    for administrator in var.administrator_arns : [
      for user in concat(flatten(values(var.user_arns)), var.reader_arns) : "${administrator} and ${user}"
      if can(regex(local.patterns[user], administrator)) || can(regex(local.patterns[administrator], user))
    ]
  ]))
}

resource "aws_kms_key" "this" {
  for_each = local.made

  description             = "${var.name}: ${local.titles[each.key]}"
  enable_key_rotation     = true
  rotation_period_in_days = var.rotation_days
  deletion_window_in_days = var.deletion_days
  policy                  = local.policies[each.key]
  tags                    = merge(var.tags, { Name = "${var.name}-${each.key}" })

  lifecycle {
    precondition {
      condition     = length(local.both) == 0
      error_message = "Who administers a key must not use it, but these cover each other: ${join("; ", local.both)}. Narrow the pattern, or give the administrators names of their own."
    }
  }
}

# An alias that is taken already is found by AWS only, at apply (AlreadyExistsException): choose another `name`, or import
# the alias, or bring its key in `existing_keys`.
resource "aws_kms_alias" "this" {
  for_each = local.made

  name          = local.aliases[each.key]
  target_key_id = aws_kms_key.this[each.key].key_id
}
