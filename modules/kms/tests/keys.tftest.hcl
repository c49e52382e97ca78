# What the keys are made with, and what their policies let through.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

variables {
  administrator_arns = ["arn:aws:iam::123456789012:role/platform"]
  user_arns = {
    data    = ["arn:aws:iam::123456789012:role/MLSpace-*"]
    volumes = ["arn:aws:iam::123456789012:role/MLSpace-*"]
  }
  reader_arns  = ["arn:aws:iam::210987654321:role/deployment"]
  endpoint_ids = ["vpce-0a1b2c3d"]
  tags         = { system = "MLSpace" }
}

run "rotation_tags_and_deletion" {
  command = plan

  assert {
    condition     = keys(aws_kms_key.this) == ["data", "logs", "volumes"]
    error_message = "There is a key for each purpose."
  }
  assert {
    condition     = alltrue([for key in aws_kms_key.this : key.enable_key_rotation && key.rotation_period_in_days == 365])
    error_message = "Every key is rotated once a year."
  }
  assert {
    condition     = alltrue([for key in aws_kms_key.this : key.deletion_window_in_days == 30])
    error_message = "The deletion of a key can be cancelled for 30 days."
  }
  assert {
    condition     = alltrue([for purpose, key in aws_kms_key.this : key.tags.system == "MLSpace" && key.tags.Name == "mlspace-${purpose}"])
    error_message = "Every key has the given tags and a name."
  }
  assert {
    condition     = [for alias in aws_kms_alias.this : alias.name] == ["alias/mlspace-data", "alias/mlspace-logs", "alias/mlspace-volumes"]
    error_message = "Every key has its alias."
  }
}

run "policies_lint_clean" {
  command = plan

  assert {
    condition     = length(flatten([for key in aws_kms_key.this : provider::mlspace::policy_lint(key.policy, "key")])) == 0
    error_message = "The linter finds nothing in the policies."
  }
}

run "administrators_cannot_decrypt" {
  command = plan

  # The account's own statement leaves the rest to identity policies; here it counts what
  # administrators are given by name.
  assert {
    condition = alltrue([for key in aws_kms_key.this : anytrue([
      for statement in jsondecode(key.policy).Statement : statement.Sid == "Administrators" &&
      contains(flatten([try(statement.Principal.AWS, [])]), "arn:aws:iam::123456789012:role/platform")
    ])])
    error_message = "Every key has its administrators."
  }
  assert {
    condition = alltrue(flatten([for key in aws_kms_key.this : [
      for statement in jsondecode(key.policy).Statement : [
        for action in flatten([statement.Action]) : !contains(["*", "kms:*", "kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey*", "kms:ReEncrypt*"], action)
      ] if statement.Sid == "Administrators"
    ]]))
    error_message = "Administrators get nothing to encrypt or decrypt with."
  }
  assert {
    condition = !anytrue([for key in aws_kms_key.this : provider::mlspace::resource_policy_allows(
      key.policy,
      "arn:aws:iam::999999999999:role/stranger",
      "kms:Decrypt",
      "arn:aws:kms:eu-west-1:123456789012:key/0a1b",
      { "aws:SourceVpce" = ["vpce-0a1b2c3d"] },
    )])
    error_message = "No other account uses a key."
  }
}

run "data_key_requires_endpoint" {
  command = plan

  assert {
    condition = { for from, context in {
      endpoint = { "aws:SourceVpce" = ["vpce-0a1b2c3d"] }
      other    = { "aws:SourceVpce" = ["vpce-0f0f0f0f"] }
      internet = {}
      service  = { "aws:ViaAWSService" = ["true"] }
      } : from => provider::mlspace::resource_policy_allows(
      aws_kms_key.this["data"].policy,
      "arn:aws:iam::123456789012:role/MLSpace-fraud-1",
      "kms:Decrypt",
      "arn:aws:kms:eu-west-1:123456789012:key/0a1b",
      context,
    ) } == { endpoint = true, other = false, internet = false, service = true }
    error_message = "Members decrypt through the endpoint, or have a service do it."
  }
  assert {
    condition = [for action in ["kms:Decrypt", "kms:Encrypt", "kms:CreateGrant"] : provider::mlspace::resource_policy_allows(
      aws_kms_key.this["data"].policy,
      "arn:aws:iam::210987654321:role/deployment",
      action,
      "arn:aws:kms:eu-west-1:123456789012:key/0a1b",
      { "aws:SourceVpce" = ["vpce-0a1b2c3d"] },
    )] == [true, false, false]
    error_message = "Readers of other accounts decrypt, and do nothing else."
  }
}

run "grants_are_for_services_only" {
  command = plan

  assert {
    condition = [for for_service in ["true", "false"] : provider::mlspace::resource_policy_allows(
      aws_kms_key.this["volumes"].policy,
      "arn:aws:iam::123456789012:role/MLSpace-fraud-1",
      "kms:CreateGrant",
      "arn:aws:kms:eu-west-1:123456789012:key/0a1b",
      { "kms:GrantIsForAWSResource" = [for_service] },
    )] == [true, false]
    error_message = "Services receive grants for volumes on a member's behalf; no principal delegates a key."
  }
  assert {
    condition = provider::mlspace::resource_policy_allows(
      aws_kms_key.this["volumes"].policy,
      "arn:aws:iam::123456789012:role/MLSpace-fraud-1",
      "kms:GenerateDataKey",
      "arn:aws:kms:eu-west-1:123456789012:key/0a1b",
      {},
    )
    error_message = "The key for volumes is bound to no endpoint, since services use it from their own networks."
  }
}

run "logs_key_is_limited_to_account" {
  command = plan

  assert {
    condition = [for group in ["123456789012:log-group:/aws/vpc/x", "123456789012:log-group:/other", "999999999999:log-group:/aws/vpc/x"] :
      provider::mlspace::resource_policy_allows(
        aws_kms_key.this["logs"].policy,
        "logs.eu-west-1.amazonaws.com",
        "kms:GenerateDataKey",
        "arn:aws:kms:eu-west-1:123456789012:key/0a1b",
        { "kms:EncryptionContext:aws:logs:arn" = ["arn:aws:logs:eu-west-1:${group}"] },
      )
    ] == [true, false, false]
    error_message = "CloudWatch Logs encrypts the account's log groups of the prefix, and no others."
  }
  assert {
    condition = [for trail in ["123456789012:trail/t", "999999999999:trail/t"] : provider::mlspace::resource_policy_allows(
      aws_kms_key.this["logs"].policy,
      "cloudtrail.amazonaws.com",
      "kms:GenerateDataKey",
      "arn:aws:kms:eu-west-1:123456789012:key/0a1b",
      {
        "aws:SourceArn"                            = ["arn:aws:cloudtrail:eu-west-1:${trail}"]
        "kms:EncryptionContext:aws:cloudtrail:arn" = ["arn:aws:cloudtrail:eu-west-1:${trail}"]
      },
    )] == [true, false]
    error_message = "CloudTrail encrypts the account's trails, and no others."
  }
  assert {
    condition = !anytrue([for purpose in ["data", "volumes"] : provider::mlspace::resource_policy_allows(
      aws_kms_key.this[purpose].policy,
      "logs.eu-west-1.amazonaws.com",
      "kms:GenerateDataKey",
      "arn:aws:kms:eu-west-1:123456789012:key/0a1b",
      { "kms:EncryptionContext:aws:logs:arn" = ["arn:aws:logs:eu-west-1:123456789012:log-group:/aws/vpc/x"] },
    )])
    error_message = "The other keys are not for logs."
  }
}

run "purposes_subset" {
  command = plan

  variables {
    purposes = ["data"]
    name     = "team/ml"
  }

  assert {
    condition     = keys(aws_kms_key.this) == ["data"] && aws_kms_alias.this["data"].name == "alias/team/ml-data"
    error_message = "One key, with its alias."
  }
}
