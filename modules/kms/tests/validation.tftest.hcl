# Plans refuse input that would result in an unsafe or unusable key.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

variables {
  administrator_arns = ["arn:aws:iam::123456789012:role/platform"]
}

run "missing_administrator" {
  command = plan

  variables {
    administrator_arns = []
  }

  expect_failures = [var.administrator_arns]
}

run "account_as_administrator" {
  command = plan

  variables {
    administrator_arns = ["arn:aws:iam::123456789012:root"]
  }

  expect_failures = [var.administrator_arns]
}

run "user_pattern_matches_administrator" {
  command = plan

  variables {
    administrator_arns = ["arn:aws:iam::123456789012:role/MLSpace-platform"]
    user_arns          = { data = ["arn:aws:iam::123456789012:role/MLSpace-*"] }
  }

  expect_failures = [aws_kms_key.this]
}

run "administrator_pattern_matches_user" {
  command = plan

  variables {
    administrator_arns = ["arn:aws:iam::123456789012:role/platform-*"]
    user_arns          = { volumes = ["arn:aws:iam::123456789012:role/platform-jobs"] }
  }

  expect_failures = [aws_kms_key.this]
}

run "dot_in_a_name_is_literal" {
  command = plan

  variables {
    administrator_arns = ["arn:aws:iam::123456789012:role/pla.form"]
    user_arns          = { data = ["arn:aws:iam::123456789012:role/platform"] }
  }

  assert {
    condition     = length(aws_kms_key.this) == 3
    error_message = "The names differ, so no role is both."
  }
}

run "reserved_alias" {
  command = plan

  variables {
    name = "aws/mlspace"
  }

  expect_failures = [var.name]
}

run "unknown_purpose" {
  command = plan

  variables {
    purposes = ["data", "secrets"]
  }

  expect_failures = [var.purposes]
}

run "users_of_logs_key" {
  command = plan

  variables {
    user_arns = { logs = ["arn:aws:iam::123456789012:role/MLSpace-*"] }
  }

  expect_failures = [var.user_arns]
}

run "account_as_reader" {
  command = plan

  variables {
    reader_arns = ["210987654321"]
  }

  expect_failures = [var.reader_arns]
}

run "log_group_prefix_slash" {
  command = plan

  variables {
    log_group_prefixes = ["/"]
  }

  expect_failures = [var.log_group_prefixes]
}

run "short_deletion_days" {
  command = plan

  variables {
    deletion_days = 1
  }

  expect_failures = [var.deletion_days]
}

run "short_rotation_days" {
  command = plan

  variables {
    rotation_days = 30
  }

  expect_failures = [var.rotation_days]
}
