# Plans refuse input that would open a bucket or lock it permanently.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

variables {
  kms_key_arns          = { data = "arn:aws:kms:eu-west-1:123456789012:key/da7a" }
  endpoint_ids          = ["vpce-0a1b2c3d"]
  exempt_principal_arns = ["arn:aws:iam::123456789012:role/platform"]
}

run "a_name_that_no_bucket_can_have" {
  command = plan

  variables {
    name = "MLSpace"
  }

  expect_failures = [var.name]
}

run "a_name_too_long_with_purpose_and_account" {
  command = plan

  variables {
    name = "a-very-long-name-of-a-machine-learning-platform"
  }

  expect_failures = [var.name]
}

run "an_unknown_purpose" {
  command = plan

  variables {
    purposes = ["data", "access-logs"]
  }

  expect_failures = [var.purposes]
}

run "no_key_for_data" {
  command = plan

  variables {
    kms_key_arns = { logs = "arn:aws:kms:eu-west-1:123456789012:key/1095" }
  }

  expect_failures = [var.kms_key_arns]
}

run "an_alias_instead_of_a_key" {
  command = plan

  variables {
    kms_key_arns = { data = "alias/mlspace-data" }
  }

  expect_failures = [var.kms_key_arns]
}

run "a_key_of_another_region" {
  command = plan

  variables {
    kms_key_arns = { data = "arn:aws:kms:us-east-1:123456789012:key/da7a" }
  }

  expect_failures = [aws_s3_bucket.this]
}

run "a_network_instead_of_an_endpoint" {
  command = plan

  variables {
    endpoint_ids = ["vpc-0a1b2c3d"]
  }

  expect_failures = [var.endpoint_ids]
}

run "nobody_to_change_a_bucket_again" {
  command = plan

  variables {
    exempt_principal_arns = []
  }

  expect_failures = [var.exempt_principal_arns]
}

run "everybody_exempt" {
  command = plan

  variables {
    exempt_principal_arns = ["arn:aws:iam::123456789012:role/*"]
  }

  expect_failures = [var.exempt_principal_arns]
}

run "an_account_as_reader" {
  command = plan

  variables {
    purposes          = ["data", "models"]
    model_reader_arns = ["arn:aws:iam::210987654321:root"]
  }

  expect_failures = [var.model_reader_arns]
}

run "readers_without_models" {
  command = plan

  variables {
    model_reader_arns = ["arn:aws:iam::210987654321:role/deployment"]
  }

  expect_failures = [aws_s3_bucket.this]
}

run "an_unknown_deliverer" {
  command = plan

  variables {
    log_deliverers = ["elb"]
  }

  expect_failures = [var.log_deliverers]
}

run "versions_archived_too_soon" {
  command = plan

  variables {
    archive_days = 7
  }

  expect_failures = [var.archive_days]
}

run "access_logs_of_a_bucket_into_itself" {
  command = plan

  variables {
    existing_access_logs_bucket = "mlspace-logs-123456789012"
  }

  expect_failures = [aws_s3_bucket_logging.this]
}

run "an_arn_instead_of_a_bucket" {
  command = plan

  variables {
    existing_access_logs_bucket = "arn:aws:s3:::central-access-logs"
  }

  expect_failures = [var.existing_access_logs_bucket]
}
