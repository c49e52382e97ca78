# What the buckets are, and what their policies let through.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

variables {
  purposes = ["config", "data", "logs", "models"]
  kms_key_arns = {
    data = "arn:aws:kms:eu-west-1:123456789012:key/da7a"
    logs = "arn:aws:kms:eu-west-1:123456789012:key/1095"
  }
  endpoint_ids          = ["vpce-0a1b2c3d"]
  exempt_principal_arns = ["arn:aws:iam::123456789012:role/platform"]
  model_reader_arns     = ["arn:aws:iam::210987654321:role/deployment"]
  tags                  = { system = "MLSpace" }
}

run "names_and_force_destroy" {
  command = plan

  assert {
    condition = { for purpose, bucket in aws_s3_bucket.this : purpose => bucket.bucket } == {
      access-logs = "mlspace-access-logs-123456789012"
      config      = "mlspace-config-123456789012"
      data        = "mlspace-data-123456789012"
      logs        = "mlspace-logs-123456789012"
      models      = "mlspace-models-123456789012"
    }
    error_message = "Every bucket is named by its purpose and the account."
  }
  assert {
    condition     = !anytrue([for bucket in aws_s3_bucket.this : bucket.force_destroy])
    error_message = "No bucket is destroyed with what it holds."
  }
  assert {
    condition     = alltrue([for bucket in aws_s3_bucket.this : bucket.tags.system == "MLSpace" && bucket.tags.Name == bucket.bucket])
    error_message = "Every bucket has the given tags and a name."
  }
}

run "settings_of_every_bucket" {
  command = plan

  assert {
    condition = alltrue([for settings in [
      keys(aws_s3_bucket_public_access_block.this),
      keys(aws_s3_bucket_ownership_controls.this),
      keys(aws_s3_bucket_server_side_encryption_configuration.this),
      keys(aws_s3_bucket_versioning.this),
      keys(aws_s3_bucket_lifecycle_configuration.this),
      keys(aws_s3_bucket_policy.this),
    ] : settings == keys(aws_s3_bucket.this)])
    error_message = "No bucket lacks a setting."
  }
  assert {
    condition = alltrue([for block in aws_s3_bucket_public_access_block.this :
      block.block_public_acls && block.block_public_policy && block.ignore_public_acls && block.restrict_public_buckets
    ])
    error_message = "Nothing is public, by all four switches."
  }
  assert {
    condition     = alltrue([for controls in aws_s3_bucket_ownership_controls.this : controls.rule[0].object_ownership == "BucketOwnerEnforced"])
    error_message = "No object has an owner or an access list of its own."
  }
  assert {
    condition     = alltrue([for versioning in aws_s3_bucket_versioning.this : versioning.versioning_configuration[0].status == "Enabled"])
    error_message = "Every bucket keeps versions."
  }
  assert {
    condition = alltrue(flatten([for lifecycle in aws_s3_bucket_lifecycle_configuration.this : [
      for rule in lifecycle.rule : length(rule.expiration) == 0 && length(rule.noncurrent_version_expiration) == 0
    ]]))
    error_message = "No rule deletes anything."
  }
}

run "encryption_by_purpose" {
  command = plan

  assert {
    condition = {
      for purpose, encryption in aws_s3_bucket_server_side_encryption_configuration.this :
      purpose => one(one(encryption.rule).apply_server_side_encryption_by_default).kms_master_key_id if purpose != "access-logs"
      } == {
      config = "arn:aws:kms:eu-west-1:123456789012:key/da7a"
      data   = "arn:aws:kms:eu-west-1:123456789012:key/da7a"
      logs   = "arn:aws:kms:eu-west-1:123456789012:key/1095"
      models = "arn:aws:kms:eu-west-1:123456789012:key/da7a"
    }
    error_message = "A bucket has the key of its purpose, or that for data."
  }
  assert {
    condition = alltrue([
      for purpose, encryption in aws_s3_bucket_server_side_encryption_configuration.this :
      one(one(encryption.rule).apply_server_side_encryption_by_default).sse_algorithm == "aws:kms" && one(encryption.rule).bucket_key_enabled
      if purpose != "access-logs"
    ])
    error_message = "Encryption is with KMS, by a key of the bucket."
  }
  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.this["access-logs"].rule).apply_server_side_encryption_by_default).sse_algorithm == "AES256"
    error_message = "Access logs are encrypted by S3 itself, or they would not arrive."
  }
}

run "access_logs" {
  command = plan

  assert {
    condition     = keys(aws_s3_bucket_logging.this) == ["config", "data", "logs", "models"]
    error_message = "Every bucket but that for access logs is logged."
  }
  assert {
    condition     = { for purpose, logging in aws_s3_bucket_logging.this : purpose => logging.target_prefix }["data"] == "mlspace-data-123456789012/"
    error_message = "Logs are told apart by bucket."
  }
  assert {
    condition = provider::mlspace::resource_policy_allows(
      aws_s3_bucket_policy.this["access-logs"].policy,
      "logging.s3.amazonaws.com",
      "s3:PutObject",
      "arn:aws:s3:::mlspace-access-logs-123456789012/mlspace-data-123456789012/log",
      { "aws:SecureTransport" = ["true"], "aws:SourceAccount" = ["123456789012"], "aws:SourceArn" = ["arn:aws:s3:::mlspace-data-123456789012"] },
    )
    error_message = "S3 delivers the account's access logs."
  }
  assert {
    condition = !provider::mlspace::resource_policy_allows(
      aws_s3_bucket_policy.this["access-logs"].policy,
      "logging.s3.amazonaws.com",
      "s3:PutObject",
      "arn:aws:s3:::mlspace-access-logs-123456789012/mlspace-data-123456789012/log",
      { "aws:SecureTransport" = ["true"], "aws:SourceAccount" = ["999999999999"] },
    )
    error_message = "S3 delivers nothing of other accounts."
  }
}

run "policies_lint_clean" {
  command = plan

  assert {
    condition     = length(flatten([for policy in aws_s3_bucket_policy.this : provider::mlspace::policy_lint(policy.policy, "bucket")])) == 0
    error_message = "The linter finds nothing in the policies."
  }
  assert {
    condition = !anytrue([for purpose, policy in aws_s3_bucket_policy.this : provider::mlspace::resource_policy_allows(
      policy.policy,
      "arn:aws:iam::999999999999:role/stranger",
      "s3:GetObject",
      "arn:aws:s3:::mlspace-${purpose}-123456789012/x",
      { "aws:SecureTransport" = ["true"], "aws:SourceVpce" = ["vpce-0a1b2c3d"], "aws:ResourceAccount" = ["123456789012"] },
    )])
    error_message = "No other account reads."
  }
}

run "policies_deny_plain_http" {
  command = plan

  # Not even to who is exempt from the endpoints.
  assert {
    condition = !anytrue(flatten([for purpose, policy in aws_s3_bucket_policy.this : [
      for transport in [
        { "aws:SecureTransport" = ["false"] },
        { "aws:SecureTransport" = ["true"], "s3:TlsVersion" = ["1.1"] },
        ] : provider::mlspace::resource_policy_allows(
        policy.policy,
        "arn:aws:iam::123456789012:role/platform",
        "s3:GetObject",
        "arn:aws:s3:::mlspace-${purpose}-123456789012/x",
        merge(transport, { "aws:SourceVpce" = ["vpce-0a1b2c3d"] }),
      )
    ]]))
    error_message = "Plain HTTP and TLS before 1.2 are denied to every principal."
  }
}

run "policies_require_endpoint" {
  command = plan

  assert {
    condition = alltrue([for purpose, policy in aws_s3_bucket_policy.this : {
      for from, context in {
        endpoint = { "aws:SourceVpce" = ["vpce-0a1b2c3d"] }
        other    = { "aws:SourceVpce" = ["vpce-0f0f0f0f"] }
        internet = {}
        service  = { "aws:ViaAWSService" = ["true"] }
        } : from => provider::mlspace::resource_policy_allows(
        policy.policy,
        "arn:aws:iam::123456789012:role/MLSpace-fraud-1",
        "s3:GetObject",
        "arn:aws:s3:::mlspace-${purpose}-123456789012/x",
        merge(context, { "aws:SecureTransport" = ["true"], "s3:TlsVersion" = ["1.3"] }),
      )
    } == { endpoint = true, other = false, internet = false, service = true }])
    error_message = "Objects are read through the endpoint, or by a service on the reader's behalf."
  }
  assert {
    condition = alltrue([for purpose, policy in aws_s3_bucket_policy.this : provider::mlspace::resource_policy_allows(
      policy.policy,
      "arn:aws:iam::123456789012:role/platform",
      "s3:GetObject",
      "arn:aws:s3:::mlspace-${purpose}-123456789012/x",
      { "aws:SecureTransport" = ["true"] },
    )])
    error_message = "Who is exempt comes from anywhere."
  }
  assert {
    condition = alltrue(flatten([for purpose, policy in aws_s3_bucket_policy.this : [
      for action in ["s3:DeleteBucket", "s3:DeleteBucketPolicy", "s3:PutBucketPolicy", "s3:PutBucketVersioning", "s3:PutEncryptionConfiguration"] :
      [for role in ["platform", "MLSpace-fraud-1"] : provider::mlspace::resource_policy_allows(
        policy.policy,
        "arn:aws:iam::123456789012:role/${role}",
        action,
        "arn:aws:s3:::mlspace-${purpose}-123456789012",
        { "aws:SecureTransport" = ["true"], "aws:SourceVpce" = ["vpce-0a1b2c3d"] },
      )] == [true, false]
    ]]))
    error_message = "Only who is exempt changes a bucket."
  }
}

run "policies_require_key" {
  command = plan

  assert {
    condition = alltrue([for purpose, key in { data = "da7a", config = "da7a", logs = "1095", models = "da7a" } : {
      for how, context in {
        default = {}
        own     = { "s3:x-amz-server-side-encryption" = ["aws:kms"], "s3:x-amz-server-side-encryption-aws-kms-key-id" = ["arn:aws:kms:eu-west-1:123456789012:key/${key}"] }
        other   = { "s3:x-amz-server-side-encryption" = ["aws:kms"], "s3:x-amz-server-side-encryption-aws-kms-key-id" = ["arn:aws:kms:eu-west-1:999999999999:key/0000"] }
        s3      = { "s3:x-amz-server-side-encryption" = ["AES256"] }
        } : how => provider::mlspace::resource_policy_allows(
        aws_s3_bucket_policy.this[purpose].policy,
        "arn:aws:iam::123456789012:role/MLSpace-fraud-1",
        "s3:PutObject",
        "arn:aws:s3:::mlspace-${purpose}-123456789012/x",
        merge(context, { "aws:SecureTransport" = ["true"], "aws:SourceVpce" = ["vpce-0a1b2c3d"] }),
      )
    } == { default = true, own = true, other = false, s3 = false }])
    error_message = "Another key than the bucket's is refused."
  }
}

run "policies_allow_log_delivery" {
  command = plan

  assert {
    condition = [for trail in ["123456789012", "999999999999"] : provider::mlspace::resource_policy_allows(
      aws_s3_bucket_policy.this["logs"].policy,
      "cloudtrail.amazonaws.com",
      "s3:PutObject",
      "arn:aws:s3:::mlspace-logs-123456789012/AWSLogs/123456789012/CloudTrail/x",
      {
        "aws:SecureTransport" = ["true"]
        "aws:SourceArn"       = ["arn:aws:cloudtrail:eu-west-1:${trail}:trail/t"]
        "s3:x-amz-acl"        = ["bucket-owner-full-control"]
      },
    )] == [true, false]
    error_message = "CloudTrail delivers the account's trails, and no others."
  }
  assert {
    condition = !anytrue([for purpose in ["config", "data", "models", "access-logs"] : provider::mlspace::resource_policy_allows(
      aws_s3_bucket_policy.this[purpose].policy,
      "cloudtrail.amazonaws.com",
      "s3:PutObject",
      "arn:aws:s3:::mlspace-${purpose}-123456789012/AWSLogs/123456789012/CloudTrail/x",
      {
        "aws:SecureTransport" = ["true"]
        "aws:SourceArn"       = ["arn:aws:cloudtrail:eu-west-1:123456789012:trail/t"]
        "s3:x-amz-acl"        = ["bucket-owner-full-control"]
      },
    )])
    error_message = "Trails go to the bucket for logs."
  }
}

run "policies_allow_model_readers" {
  command = plan

  assert {
    condition = { for purpose, policy in aws_s3_bucket_policy.this : purpose => [
      for action in ["s3:GetObject", "s3:PutObject"] : provider::mlspace::resource_policy_allows(
        policy.policy,
        "arn:aws:iam::210987654321:role/deployment",
        action,
        "arn:aws:s3:::mlspace-${purpose}-123456789012/x",
        { "aws:SecureTransport" = ["true"], "aws:SourceVpce" = ["vpce-0a1b2c3d"], "aws:ResourceAccount" = ["123456789012"] },
      )
      ] } == {
      access-logs = [false, false]
      config      = [false, false]
      data        = [false, false]
      logs        = [false, false]
      models      = [true, false]
    }
    error_message = "Readers read models, and do nothing else."
  }
}

run "event_bridge_notifications" {
  command = plan

  variables {
    event_bridge_purposes = ["data"]
  }

  assert {
    condition     = keys(aws_s3_bucket_notification.this) == ["data"] && aws_s3_bucket_notification.this["data"].eventbridge
    error_message = "EventBridge hears of objects in the data bucket."
  }
}

run "existing_access_logs_bucket" {
  command = plan

  variables {
    existing_access_logs_bucket = "central-access-logs"
  }

  assert {
    condition     = !contains(keys(aws_s3_bucket.this), "access-logs")
    error_message = "None is made."
  }
  assert {
    condition     = length(aws_s3_bucket_logging.this) == 4 && alltrue([for logging in aws_s3_bucket_logging.this : logging.target_bucket == "central-access-logs"])
    error_message = "All buckets log to the existing one."
  }
}
