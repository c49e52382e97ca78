# Existing keys: used if they are suitable, refused if they are not.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

variables {
  administrator_arns = ["arn:aws:iam::123456789012:role/platform"]
  user_arns          = { data = ["arn:aws:iam::123456789012:role/MLSpace-*"] }
  existing_keys      = { data = { arn = "arn:aws:kms:eu-west-1:123456789012:key/0a1b" } }
}

run "existing_key_replaces_new_one" {
  command = plan

  assert {
    condition     = keys(aws_kms_key.this) == ["logs", "volumes"]
    error_message = "No key is made for data."
  }
  assert {
    condition     = output.key_arns["data"] == "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
    error_message = "The existing key is the key for data."
  }
}

run "existing_key_without_purpose_is_ignored" {
  command = plan

  variables {
    purposes = ["logs"]
  }

  assert {
    condition     = keys(aws_kms_key.this) == ["logs"] && keys(output.key_arns) == ["logs"]
    error_message = "It is left alone."
  }
}

run "sufficient_policies_are_accepted" {
  command = plan

  variables {
    existing_keys = {
      data = {
        arn = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
        policy = jsonencode({
          Version   = "2012-10-17"
          Statement = [{ Sid = "Account", Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = "kms:*", Resource = "*" }]
        })
      }
      logs = {
        arn = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
        policy = jsonencode({
          Version = "2012-10-17"
          Statement = [
            { Sid = "Account", Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = "kms:*", Resource = "*" },
            {
              Sid       = "Services"
              Effect    = "Allow"
              Principal = { Service = ["logs.eu-west-1.amazonaws.com", "cloudtrail.amazonaws.com", "cloudwatch.amazonaws.com"] }
              Action    = ["kms:Encrypt", "kms:Decrypt", "kms:GenerateDataKey*", "kms:DescribeKey"]
              Resource  = "*"
            },
          ]
        })
      }
    }
  }

  assert {
    condition     = keys(aws_kms_key.this) == ["volumes"]
    error_message = "Both keys are taken."
  }
}

run "policy_without_services" {
  command = plan

  variables {
    existing_keys = {
      logs = {
        arn = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
        policy = jsonencode({
          Version   = "2012-10-17"
          Statement = [{ Sid = "Account", Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:root" }, Action = "kms:*", Resource = "*" }]
        })
      }
    }
  }

  expect_failures = [data.aws_kms_key.existing["logs"]]
}

run "policy_without_users" {
  command = plan

  variables {
    existing_keys = {
      data = {
        arn = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
        policy = jsonencode({
          Version   = "2012-10-17"
          Statement = [{ Sid = "PlatformOnly", Effect = "Allow", Principal = { AWS = "arn:aws:iam::123456789012:role/platform" }, Action = "kms:*", Resource = "*" }]
        })
      }
    }
  }

  expect_failures = [data.aws_kms_key.existing["data"]]
}

run "policy_open_to_other_accounts" {
  command = plan

  variables {
    existing_keys = {
      data = {
        arn = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
        policy = jsonencode({
          Version   = "2012-10-17"
          Statement = [{ Sid = "Everybody", Effect = "Allow", Principal = { AWS = "*" }, Action = "kms:*", Resource = "*" }]
        })
      }
    }
  }

  expect_failures = [data.aws_kms_key.existing["data"]]
}

run "disabled_key" {
  command = plan

  override_data {
    target = data.aws_kms_key.existing
    values = { enabled = false, key_manager = "CUSTOMER", key_usage = "ENCRYPT_DECRYPT", customer_master_key_spec = "SYMMETRIC_DEFAULT" }
  }

  expect_failures = [data.aws_kms_key.existing["data"]]
}

run "signing_key" {
  command = plan

  override_data {
    target = data.aws_kms_key.existing
    values = { enabled = true, key_manager = "CUSTOMER", key_usage = "SIGN_VERIFY", customer_master_key_spec = "RSA_2048" }
  }

  expect_failures = [data.aws_kms_key.existing["data"]]
}

run "aws_managed_key" {
  command = plan

  override_data {
    target = data.aws_kms_key.existing
    values = { enabled = true, key_manager = "AWS", key_usage = "ENCRYPT_DECRYPT", customer_master_key_spec = "SYMMETRIC_DEFAULT" }
  }

  expect_failures = [data.aws_kms_key.existing["data"]]
}

run "key_of_another_region" {
  command = plan

  variables {
    existing_keys = { data = { arn = "arn:aws:kms:us-east-1:123456789012:key/0a1b" } }
  }

  expect_failures = [data.aws_kms_key.existing["data"]]
}

run "key_alias" {
  command = plan

  variables {
    existing_keys = { data = { arn = "alias/mlspace-data" } }
  }

  expect_failures = [var.existing_keys]
}
