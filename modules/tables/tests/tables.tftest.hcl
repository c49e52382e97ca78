# The keys and indexes are MLSpace's, and every table is encrypted, recoverable and protected.

mock_provider "aws" {}

variables {
  kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  tags        = { system = "MLSpace", cost-center = "ml" }
}

run "keys_and_indexes_of_mlspace" {
  command = plan

  assert {
    condition = {
      for table, resource in aws_dynamodb_table.this :
      resource.name => join(" ", compact([resource.hash_key, resource.range_key]))
      } == {
      mlspace-users                    = "username"
      mlspace-projects                 = "name"
      mlspace-project-users            = "project user"
      mlspace-project-groups           = "project group"
      mlspace-groups                   = "name"
      mlspace-group-users              = "group user"
      mlspace-group-datasets           = "group dataset"
      mlspace-group-membership-history = "group actionedAt"
      mlspace-datasets                 = "scope name"
      mlspace-resource-schedule        = "resourceId resourceType"
      mlspace-resource-metadata        = "resourceType resourceId"
      mlspace-app-configuration        = "configScope versionId"
    }
    error_message = "The tables, their names and their keys must be MLSpace's."
  }

  assert {
    condition = {
      for table, resource in aws_dynamodb_table.this : table => [
        for index in resource.global_secondary_index :
        "${index.name} ${index.hash_key} ${index.range_key} ${index.projection_type}"
      ] if length(resource.global_secondary_index) > 0
      } == {
      project_users  = ["ReverseLookup user project KEYS_ONLY"]
      project_groups = ["ReverseLookup group project KEYS_ONLY"]
      group_users    = ["ReverseLookup user group KEYS_ONLY"]
      group_datasets = ["ReverseLookup dataset group KEYS_ONLY"]
    }
    error_message = "The four tables of pairs must be readable from the other end."
  }

  assert {
    condition = {
      for table, resource in aws_dynamodb_table.this : table => join(", ", sort([
        for index in resource.local_secondary_index : "${index.name} ${index.range_key} ${index.projection_type}"
      ])) if length(resource.local_secondary_index) > 0
      } == {
      resource_metadata = "ProjectResources project ALL, UserResources user ALL"
    }
    error_message = "Resource metadata must be readable by project and by user."
  }

  assert {
    condition = sort(distinct(flatten([
      for resource in aws_dynamodb_table.this : [for key in resource.attribute : key.name if key.type == "N"]
    ]))) == tolist(["actionedAt", "versionId"])
    error_message = "Only times and versions are numbers."
  }

  assert {
    condition = alltrue([
      for resource in aws_dynamodb_table.this : length(resource.attribute) == length(distinct(compact(concat(
        [resource.hash_key, resource.range_key],
        [for index in resource.local_secondary_index : index.range_key],
      ))))
    ])
    error_message = "DynamoDB refuses attributes that are no keys, and keys that are no attributes."
  }
}

run "encryption_recovery_protection" {
  command = plan

  assert {
    condition     = length(aws_dynamodb_table.this) == 12
    error_message = "There are twelve tables."
  }

  assert {
    condition = alltrue([
      for resource in aws_dynamodb_table.this :
      resource.server_side_encryption[0].enabled && resource.server_side_encryption[0].kms_key_arn == var.kms_key_arn
    ])
    error_message = "Every table must be encrypted with the given key."
  }

  assert {
    condition     = alltrue([for resource in aws_dynamodb_table.this : resource.point_in_time_recovery[0].enabled])
    error_message = "Every table must be recoverable to a point in time."
  }

  assert {
    condition     = alltrue([for resource in aws_dynamodb_table.this : resource.deletion_protection_enabled])
    error_message = "Every table must be protected from deletion."
  }

  assert {
    condition     = alltrue([for resource in aws_dynamodb_table.this : resource.billing_mode == "PAY_PER_REQUEST"])
    error_message = "Every table must be paid for by request."
  }

  assert {
    condition     = alltrue([for resource in aws_dynamodb_table.this : resource.tags == tomap(var.tags)])
    error_message = "Every table must have the tags."
  }
}

run "names_override" {
  command = plan

  variables {
    name_prefix = "acme-ml"
    names       = { project_users = "acme.members" }
  }

  assert {
    condition     = output.names.project_users == "acme.members" && output.names.projects == "acme-ml-projects"
    error_message = "A given name replaces the prefixed one, for its table only."
  }

  assert {
    condition     = length(output.names) == 12 && length(output.table_names) == 11
    error_message = "The provider knows ten of the twelve tables."
  }
}

run "partition_govcloud" {
  command = plan

  variables {
    kms_key_arn = "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }

  assert {
    condition     = aws_dynamodb_table.this["projects"].server_side_encryption[0].kms_key_arn == var.kms_key_arn
    error_message = "A key of GovCloud must do."
  }
}

run "partition_china" {
  command = plan

  variables {
    kms_key_arn = "arn:aws-cn:kms:cn-north-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  }

  assert {
    condition     = aws_dynamodb_table.this["projects"].server_side_encryption[0].kms_key_arn == var.kms_key_arn
    error_message = "A key of China must do."
  }
}

run "key_alias_is_refused" {
  command = plan

  variables {
    kms_key_arn = "alias/mlspace"
  }

  expect_failures = [var.kms_key_arn]
}

run "unknown_table_is_refused" {
  command = plan

  variables {
    names = { memberships = "members" }
  }

  expect_failures = [var.names]
}

run "duplicate_names_are_refused" {
  command = plan

  variables {
    names = { users = "people", groups = "people" }
  }

  expect_failures = [var.names]
}

run "name_equal_to_default_is_refused" {
  command = plan

  variables {
    names = { users = "mlspace-groups" }
  }

  expect_failures = [aws_dynamodb_table.this]
}

run "invalid_prefix_is_refused" {
  command = plan

  variables {
    name_prefix = "ml space"
  }

  expect_failures = [var.name_prefix]
}
