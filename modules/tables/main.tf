# The records of the platform, in tables that MLSpace can read: the keys and indexes are its own.

locals {
  # By table: hash key, range key where there is one, and indexes. All keys are strings but those in `numbers`.
  tables = {
    users          = { hash = "username" }
    projects       = { hash = "name" }
    project_users  = { hash = "project", range = "user", reverse = true }
    project_groups = { hash = "project", range = "group", reverse = true }
    groups         = { hash = "name" }
    group_users    = { hash = "group", range = "user", reverse = true }
    group_datasets = { hash = "group", range = "dataset", reverse = true }
    datasets       = { hash = "scope", range = "name" }

    group_membership_history = { hash = "group", range = "actionedAt" }
    resource_schedule        = { hash = "resourceId", range = "resourceType" }
    app_configuration        = { hash = "configScope", range = "versionId" }

    resource_metadata = {
      hash  = "resourceType"
      range = "resourceId"
      local = { ProjectResources = "project", UserResources = "user" }
    }
  }

  numbers = ["actionedAt", "versionId"]

  names = {
    for table in keys(local.tables) : table => lookup(var.names, table, "${var.name_prefix}-${replace(table, "_", "-")}")
  }
}

resource "aws_dynamodb_table" "this" {
  for_each = local.tables

  name         = local.names[each.key]
  billing_mode = "PAY_PER_REQUEST"
  hash_key     = each.value.hash
  range_key    = try(each.value.range, null)

  deletion_protection_enabled = var.deletion_protection

  # DynamoDB wants the keys of tables and indexes declared, and nothing else.
  dynamic "attribute" {
    for_each = toset(compact(concat(
      [each.value.hash, try(each.value.range, null)],
      values(try(each.value.local, {})),
    )))

    content {
      name = attribute.value
      type = contains(local.numbers, attribute.value) ? "N" : "S"
    }
  }

  # The same pairs from the other end: the projects of a user, the groups of a dataset.
  dynamic "global_secondary_index" {
    for_each = try(each.value.reverse, false) ? ["ReverseLookup"] : []

    content {
      name            = global_secondary_index.value
      hash_key        = each.value.range
      range_key       = each.value.hash
      projection_type = "KEYS_ONLY"
    }
  }

  dynamic "local_secondary_index" {
    for_each = try(each.value.local, {})

    content {
      name            = local_secondary_index.key
      range_key       = local_secondary_index.value
      projection_type = "ALL"
    }
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = var.kms_key_arn
  }

  point_in_time_recovery {
    enabled = var.point_in_time_recovery
  }

  tags = var.tags

  lifecycle {
    precondition {
      condition     = length(distinct(values(local.names))) == length(local.names)
      error_message = "Two of the tables would have the same name: ${join(", ", sort(values(local.names)))}. Give each a name of its own in `names`."
    }
  }
}
