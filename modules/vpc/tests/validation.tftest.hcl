# Plans refuse invalid input.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

variables {
  flow_logs = { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1095" }
}

run "a_block_that_overlaps_the_offices" {
  command = plan

  variables {
    cidr           = "10.20.0.0/16"
    reserved_cidrs = ["10.128.0.0/9", "10.16.0.0/12"]
  }

  expect_failures = [aws_vpc.this]
}

run "a_block_within_the_network_is_reserved" {
  command = plan

  variables {
    reserved_cidrs = ["10.0.128.0/24"]
  }

  expect_failures = [aws_vpc.this]
}

run "neighbours_do_not_overlap" {
  command = plan

  variables {
    cidr           = "10.20.0.0/16"
    reserved_cidrs = ["10.16.0.0/14", "10.21.0.0/16", "192.168.0.0/16"]
  }

  assert {
    condition     = length(aws_vpc.this) == 1
    error_message = "Blocks that only touch are no conflict."
  }
}

run "subnets_too_small_for_the_plan" {
  command = plan

  variables {
    subnet_prefix = 26
  }

  expect_failures = [aws_vpc.this]
}

run "no_block" {
  command = plan

  variables {
    cidr = "10.0.0.0"
  }

  expect_failures = [var.cidr]
}

run "a_block_too_large_for_aws" {
  command = plan

  variables {
    cidr = "10.0.0.0/8"
  }

  expect_failures = [var.cidr]
}

run "a_block_that_begins_elsewhere" {
  command = plan

  variables {
    cidr = "10.0.7.0/16"
  }

  expect_failures = [var.cidr]
}

run "no_zone" {
  command = plan

  variables {
    availability_zones = []
  }

  expect_failures = [var.availability_zones]
}

run "seven_zones" {
  command = plan

  variables {
    availability_zones = ["eu-west-1a", "eu-west-1b", "eu-west-1c", "eu-west-1d", "eu-west-1e", "eu-west-1f", "eu-west-1g"]
  }

  expect_failures = [var.availability_zones]
}

run "a_zone_twice" {
  command = plan

  variables {
    availability_zones = ["eu-west-1a", "eu-west-1a"]
  }

  expect_failures = [var.availability_zones]
}

run "a_zone_of_another_region" {
  command = plan

  variables {
    availability_zones = ["us-east-1a"]
  }

  expect_failures = [aws_vpc.this]
}

run "a_subnet_prefix_that_no_subnet_has" {
  command = plan

  variables {
    subnet_prefix = 29
  }

  expect_failures = [var.subnet_prefix]
}

run "an_unknown_service" {
  command = plan

  variables {
    interface_endpoints = ["sagemaker"]
  }

  expect_failures = [aws_security_group.endpoints]
}

run "any_bucket" {
  command = plan

  variables {
    bucket_names = ["*"]
  }

  expect_failures = [var.bucket_names]
}

run "any_table" {
  command = plan

  variables {
    table_names = ["mlspace-*"]
  }

  expect_failures = [var.table_names]
}

run "an_alias_instead_of_a_key" {
  command = plan

  variables {
    flow_logs = { kms_key_arn = "alias/mlspace-logs" }
  }

  expect_failures = [var.flow_logs]
}

run "a_retention_that_cloudwatch_does_not_know" {
  command = plan

  variables {
    flow_logs = { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1095", retention_days = 100 }
  }

  expect_failures = [var.flow_logs]
}
