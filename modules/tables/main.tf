# The tables of the platform's records, with the keys and indexes of MLSpace.

locals {
  # Hash key, range key and indexes by table. Keys are strings, except those in `numbers`.
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

  # DynamoDB requires the keys of tables and indexes here, and no other attributes.
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

  # The same pairs in reverse: the projects of a user, the groups of a dataset.
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
      error_message = "Two tables have the same name: ${join(", ", sort(values(local.names)))}. Give each its own name in `names`."
    }
  }
}
