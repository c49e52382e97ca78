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

run "invalid_name" {
  command = plan

  variables {
    name = "MLSpace"
  }

  expect_failures = [var.name]
}

run "long_name" {
  command = plan

  variables {
    name = "a-very-long-name-of-a-machine-learning-platform"
  }

  expect_failures = [var.name]
}

run "unknown_purpose" {
  command = plan

  variables {
    purposes = ["data", "access-logs"]
  }

  expect_failures = [var.purposes]
}

run "missing_data_key" {
  command = plan

  variables {
    kms_key_arns = { logs = "arn:aws:kms:eu-west-1:123456789012:key/1095" }
  }

  expect_failures = [var.kms_key_arns]
}

run "key_alias" {
  command = plan

  variables {
    kms_key_arns = { data = "alias/mlspace-data" }
  }

  expect_failures = [var.kms_key_arns]
}

run "key_of_another_region" {
  command = plan

  variables {
    kms_key_arns = { data = "arn:aws:kms:us-east-1:123456789012:key/da7a" }
  }

  expect_failures = [aws_s3_bucket.this]
}

run "vpc_id_for_endpoint_id" {
  command = plan

  variables {
    endpoint_ids = ["vpc-0a1b2c3d"]
  }

  expect_failures = [var.endpoint_ids]
}

run "empty_exemptions" {
  command = plan

  variables {
    exempt_principal_arns = []
  }

  expect_failures = [var.exempt_principal_arns]
}

run "wildcard_exemption" {
  command = plan

  variables {
    exempt_principal_arns = ["arn:aws:iam::123456789012:role/*"]
  }

  expect_failures = [var.exempt_principal_arns]
}

run "account_as_reader" {
  command = plan

  variables {
    purposes          = ["data", "models"]
    model_reader_arns = ["arn:aws:iam::210987654321:root"]
  }

  expect_failures = [var.model_reader_arns]
}

run "readers_without_models_bucket" {
  command = plan

  variables {
    model_reader_arns = ["arn:aws:iam::210987654321:role/deployment"]
  }

  expect_failures = [aws_s3_bucket.this]
}

run "unknown_log_deliverer" {
  command = plan

  variables {
    log_deliverers = ["elb"]
  }

  expect_failures = [var.log_deliverers]
}

run "short_archive_days" {
  command = plan

  variables {
    archive_days = 7
  }

  expect_failures = [var.archive_days]
}

run "access_logs_into_same_bucket" {
  command = plan

  variables {
    existing_access_logs_bucket = "mlspace-logs-123456789012"
  }

  expect_failures = [aws_s3_bucket_logging.this]
}

run "arn_for_bucket_name" {
  command = plan

  variables {
    existing_access_logs_bucket = "arn:aws:s3:::central-access-logs"
  }

  expect_failures = [var.existing_access_logs_bucket]
}
