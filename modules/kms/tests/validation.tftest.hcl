# Plans refuse input that would result in an unsafe or unusable key.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

variables {
  administrator_arns = ["arn:aws:iam::123456789012:role/platform"]
}

run "no_administrator" {
  command = plan

  variables {
    administrator_arns = []
  }

  expect_failures = [var.administrator_arns]
}

run "an_administrator_that_is_an_account" {
  command = plan

  variables {
    administrator_arns = ["arn:aws:iam::123456789012:root"]
  }

  expect_failures = [var.administrator_arns]
}

run "an_administrator_whom_a_pattern_of_users_covers" {
  command = plan

  variables {
    administrator_arns = ["arn:aws:iam::123456789012:role/MLSpace-platform"]
    user_arns          = { data = ["arn:aws:iam::123456789012:role/MLSpace-*"] }
  }

  expect_failures = [aws_kms_key.this]
}

run "a_user_whom_a_pattern_of_administrators_covers" {
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

run "an_alias_that_belongs_to_aws" {
  command = plan

  variables {
    name = "aws/mlspace"
  }

  expect_failures = [var.name]
}

run "an_unknown_purpose" {
  command = plan

  variables {
    purposes = ["data", "secrets"]
  }

  expect_failures = [var.purposes]
}

run "users_of_the_key_for_logs" {
  command = plan

  variables {
    user_arns = { logs = ["arn:aws:iam::123456789012:role/MLSpace-*"] }
  }

  expect_failures = [var.user_arns]
}

run "an_account_as_reader" {
  command = plan

  variables {
    reader_arns = ["210987654321"]
  }

  expect_failures = [var.reader_arns]
}

run "every_log_group_of_the_account" {
  command = plan

  variables {
    log_group_prefixes = ["/"]
  }

  expect_failures = [var.log_group_prefixes]
}

run "a_deletion_that_cannot_be_undone_in_time" {
  command = plan

  variables {
    deletion_days = 1
  }

  expect_failures = [var.deletion_days]
}

run "a_rotation_too_often" {
  command = plan

  variables {
    rotation_days = 30
  }

  expect_failures = [var.rotation_days]
}
