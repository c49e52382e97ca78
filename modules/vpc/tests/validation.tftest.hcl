# Plans refuse invalid input.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

variables {
  flow_logs = { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1095" }
}

run "overlapping_reserved_block" {
  command = plan

  variables {
    cidr           = "10.20.0.0/16"
    reserved_cidrs = ["10.128.0.0/9", "10.16.0.0/12"]
  }

  expect_failures = [aws_vpc.this]
}

run "reserved_block_inside_network" {
  command = plan

  variables {
    reserved_cidrs = ["10.0.128.0/24"]
  }

  expect_failures = [aws_vpc.this]
}

run "adjacent_blocks_are_accepted" {
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

run "small_subnet_prefix" {
  command = plan

  variables {
    subnet_prefix = 26
  }

  expect_failures = [aws_vpc.this]
}

run "missing_prefix_length" {
  command = plan

  variables {
    cidr = "10.0.0.0"
  }

  expect_failures = [var.cidr]
}

run "large_block" {
  command = plan

  variables {
    cidr = "10.0.0.0/8"
  }

  expect_failures = [var.cidr]
}

run "unaligned_block" {
  command = plan

  variables {
    cidr = "10.0.7.0/16"
  }

  expect_failures = [var.cidr]
}

run "no_zones" {
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

run "duplicate_zone" {
  command = plan

  variables {
    availability_zones = ["eu-west-1a", "eu-west-1a"]
  }

  expect_failures = [var.availability_zones]
}

run "zones_in_another_order" {
  command = plan

  variables {
    availability_zones = ["eu-west-1b", "eu-west-1a"]
  }

  expect_failures = [var.availability_zones]
}

run "zones_named_twice" {
  command = plan

  variables {
    availability_zones = ["eu-west-1a"]
    zone_positions     = { eu-west-1a = 0 }
  }

  expect_failures = [aws_vpc.this]
}

run "positions_of_a_fraction" {
  command = plan

  variables {
    zone_positions = { eu-west-1a = 0.5 }
  }

  expect_failures = [var.zone_positions]
}

run "same_position_twice" {
  command = plan

  variables {
    zone_positions = { eu-west-1a = 0, eu-west-1b = 0 }
  }

  expect_failures = [var.zone_positions]
}

run "zone_of_another_region" {
  command = plan

  variables {
    availability_zones = ["us-east-1a"]
  }

  expect_failures = [aws_vpc.this]
}

run "invalid_subnet_prefix" {
  command = plan

  variables {
    subnet_prefix = 29
  }

  expect_failures = [var.subnet_prefix]
}

run "unknown_service" {
  command = plan

  variables {
    interface_endpoints = ["sagemaker"]
  }

  expect_failures = [aws_security_group.endpoints]
}

run "wildcard_bucket" {
  command = plan

  variables {
    bucket_names = ["*"]
  }

  expect_failures = [var.bucket_names]
}

run "wildcard_table" {
  command = plan

  variables {
    table_names = ["mlspace-*"]
  }

  expect_failures = [var.table_names]
}

run "key_alias" {
  command = plan

  variables {
    flow_logs = { kms_key_arn = "alias/mlspace-logs" }
  }

  expect_failures = [var.flow_logs]
}

run "invalid_retention" {
  command = plan

  variables {
    flow_logs = { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1095", retention_days = 100 }
  }

  expect_failures = [var.flow_logs]
}
