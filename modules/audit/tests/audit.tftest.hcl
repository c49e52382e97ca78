# The trail sees everything and is encrypted, its role can only write it, and what should never
# happen raises an alarm.

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}

variables {
  bucket                    = "mlspace-logs-111122223333"
  kms_key_arn               = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  data_buckets              = ["mlspace-data-111122223333"]
  permissions_boundary_arns = ["arn:aws:iam::111122223333:policy/platform/mlspace-permissions-boundary"]
  expected_role_arns        = ["arn:aws:iam::111122223333:role/platform/mlspace-terraform"]
  tags                      = { system = "MLSpace" }
}

run "trail_events" {
  command = apply

  assert {
    condition = alltrue([
      aws_cloudtrail.this.is_multi_region_trail,
      aws_cloudtrail.this.include_global_service_events,
      aws_cloudtrail.this.enable_log_file_validation,
      aws_cloudtrail.this.enable_logging,
    ])
    error_message = "The trail must cover every region and global services, be on, and prove its files."
  }

  assert {
    condition     = aws_cloudtrail.this.kms_key_id == var.kms_key_arn && aws_cloudtrail.this.s3_bucket_name == var.bucket
    error_message = "The trail must be encrypted with the given key, in the given bucket."
  }

  assert {
    condition = contains(
      flatten([for selector in aws_cloudtrail.this.advanced_event_selector : [for field in selector.field_selector : coalesce(field.starts_with, [])]]),
      "arn:aws:s3:::mlspace-data-111122223333/",
    )
    error_message = "The data bucket's objects must be watched, and no other bucket's whose name begins like it."
  }

  assert {
    condition = sort(flatten([
      for selector in aws_cloudtrail.this.advanced_event_selector : [for field in selector.field_selector : field.equals if field.field == "eventCategory"]
    ])) == tolist(["Data", "Management"])
    error_message = "With selectors of data events, those of management must be named too, or they are lost."
  }
}

run "encryption_and_retention" {
  command = apply

  assert {
    condition = alltrue([
      for group in concat([aws_cloudwatch_log_group.trail], values(aws_cloudwatch_log_group.workloads)) :
      group.kms_key_id == var.kms_key_arn && group.retention_in_days == 365
    ])
    error_message = "Every log group must be encrypted with the given key and forget after a year."
  }

  assert {
    condition     = sort(keys(output.log_group_arns)) == tolist(["/aws/sagemaker/NotebookInstances", "/aws/sagemaker/ProcessingJobs", "/aws/sagemaker/TrainingJobs", "/aws/sagemaker/TransformJobs", "/mlspace/trail"])
    error_message = "The groups of notebooks and jobs must be there before SageMaker makes them."
  }

  assert {
    condition     = aws_sns_topic.alarms.kms_master_key_id == var.kms_key_arn
    error_message = "The topic must be encrypted with the given key."
  }

  assert {
    condition = alltrue([
      for tags in concat(
        [aws_cloudtrail.this.tags, aws_iam_role.trail.tags, aws_iam_policy.trail.tags, aws_cloudwatch_log_group.trail.tags, aws_sns_topic.alarms.tags],
        values(aws_cloudwatch_log_group.workloads)[*].tags,
        values(aws_cloudwatch_metric_alarm.this)[*].tags,
      ) : tags == tomap(var.tags)
    ])
    error_message = "Whatever can be tagged must be."
  }
}

run "trail_role" {
  command = apply

  assert {
    condition     = aws_iam_role.trail.permissions_boundary == aws_iam_policy.trail.arn
    error_message = "A role that can be taken on must have a boundary."
  }

  assert {
    condition = provider::mlspace::policy_allows(
      [aws_iam_policy.trail.policy], aws_iam_role.trail.arn, "logs:PutLogEvents",
      "arn:aws:logs:eu-west-1:111122223333:log-group:/mlspace/trail:log-stream:111122223333_CloudTrail_eu-west-1", {},
    )
    error_message = "CloudTrail must be able to write its stream."
  }

  assert {
    condition = !anytrue([
      for request in [
        ["logs:PutLogEvents", "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/sagemaker/TrainingJobs:log-stream:x"],
        ["logs:DeleteLogGroup", "arn:aws:logs:eu-west-1:111122223333:log-group:/mlspace/trail"],
        ["s3:GetObject", "arn:aws:s3:::mlspace-data-111122223333/project/fraud/x"],
      ] : provider::mlspace::policy_allows([aws_iam_policy.trail.policy], aws_iam_role.trail.arn, request[0], request[1], {})
    ])
    error_message = "The role of the trail must be able to do nothing else."
  }

  assert {
    condition = length(flatten([
      provider::mlspace::policy_lint(aws_iam_policy.trail.policy, "boundary"),
      provider::mlspace::policy_lint(aws_iam_role.trail.assume_role_policy, "trust"),
    ])) == 0
    error_message = "The linter must not find anything in the policies."
  }

  assert {
    condition     = jsondecode(aws_sns_topic_policy.alarms.policy).Statement[0].Principal.Service == "cloudwatch.amazonaws.com"
    error_message = "Alarms must be able to publish."
  }
}

run "alarms" {
  command = apply

  assert {
    condition = sort(keys(aws_cloudwatch_metric_alarm.this)) == tolist([
      "access-denied", "boundary-rewritten", "bucket-opened", "key-disabled", "resource-retagged", "role-retagged", "role-without-boundary", "root-used", "trail-stopped",
    ])
    error_message = "Every alarm must be there."
  }

  assert {
    condition = alltrue([
      for key, alarm in aws_cloudwatch_metric_alarm.this :
      alarm.alarm_actions == toset([aws_sns_topic.alarms.arn]) && alarm.metric_name == key && alarm.namespace == "mlspace"
      && [for filter in aws_cloudwatch_log_metric_filter.this[key].metric_transformation : "${filter.namespace}/${filter.name}"] == ["mlspace/${key}"]
    ])
    error_message = "Every alarm must watch what its filter counts, and tell the topic."
  }

  assert {
    condition     = alltrue([for filter in aws_cloudwatch_log_metric_filter.this : length(filter.pattern) <= 1024 && filter.log_group_name == "/mlspace/trail"])
    error_message = "Every filter must read the trail, and fit."
  }

  assert {
    condition = alltrue([
      for part in ["\"CreateRole\"", "\"MLSpace-*\"", "permissionsBoundary NOT EXISTS", "permissionsBoundary != \"${one(var.permissions_boundary_arns)}\""] :
      strcontains(aws_cloudwatch_log_metric_filter.this["role-without-boundary"].pattern, part)
    ])
    error_message = "A role with no boundary, or with another, must be noticed."
  }

  assert {
    condition = alltrue([
      for alarm in ["resource-retagged", "role-retagged"] :
      strcontains(aws_cloudwatch_log_metric_filter.this[alarm].pattern, "sessionIssuer.arn != \"${one(var.expected_role_arns)}\"")
    ])
    error_message = "Terraform's own changes of tags are no alarm."
  }

  assert {
    condition     = [for key, alarm in aws_cloudwatch_metric_alarm.this : key if alarm.threshold > 0] == ["access-denied"]
    error_message = "Once is too often, but for denied calls."
  }
}

run "table_events" {
  command = apply

  variables {
    table_arns          = ["arn:aws:dynamodb:eu-west-1:111122223333:table/mlspace-projects"]
    data_buckets        = []
    workload_log_groups = []
    alarm_emails        = ["ml-platform@example.com", "security@example.com"]
  }

  assert {
    condition     = contains(flatten([for selector in aws_cloudtrail.this.advanced_event_selector : selector.field_selector[*].equals]), one(var.table_arns))
    error_message = "The table's items must be watched."
  }

  assert {
    condition     = length(aws_sns_topic_subscription.emails) == 2 && !contains(keys(output.alarm_names), "bucket-opened")
    error_message = "Two addresses are told; where no bucket is watched there is no alarm about one."
  }
}

run "long_filter_is_refused" {
  command = plan

  variables {
    data_buckets = [for number in range(20) : "mlspace-data-111122223333-of-a-long-name-${number}"]
  }

  expect_failures = [aws_cloudwatch_log_metric_filter.this]
}

run "missing_boundary_is_refused" {
  command = plan

  variables {
    permissions_boundary_arns = []
  }

  expect_failures = [var.permissions_boundary_arns]
}

run "bucket_arns_are_refused" {
  command = plan

  variables {
    bucket       = "arn:aws:s3:::mlspace-logs"
    data_buckets = ["arn:aws:s3:::mlspace-data"]
    kms_key_arn  = "alias/logs"
  }

  expect_failures = [var.bucket, var.data_buckets, var.kms_key_arn]
}

run "invalid_retention_is_refused" {
  command = plan

  variables {
    retention_days = 100
    denied_calls   = 1.5
    alarm_emails   = ["the platform team"]
  }

  expect_failures = [var.retention_days, var.denied_calls, var.alarm_emails]
}
