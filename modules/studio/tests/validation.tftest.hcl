# Plans refuse what would not open, not start, or not fit.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

mock_provider "mlspace" {}

variables {
  kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
  network = {
    vpc_id             = "vpc-0a1b2c3d4e5f60718"
    subnet_ids         = ["subnet-0a1b2c3d4e5f60718", "subnet-08172635445362718"]
    security_group_ids = ["sg-0123456789abcdef0"]
  }
}

run "network_without_the_endpoint_of_studio" {
  command = plan

  variables {
    network = {
      vpc_id             = "vpc-0a1b2c3d4e5f60718"
      subnet_ids         = ["subnet-0a1b2c3d4e5f60718"]
      security_group_ids = ["sg-0123456789abcdef0"]
      endpoint_ids       = { s3 = "vpce-1", "sagemaker.api" = "vpce-2", "sagemaker.runtime" = "vpce-3", sts = "vpce-4" }
    }
  }

  expect_failures = [mlspace_studio_domain.this]
}

run "more_people_than_addresses" {
  command = plan

  variables {
    workload_plan = { users = 1000 }
  }

  expect_failures = [data.aws_subnet.this]
}

run "subnet_of_another_network" {
  command = plan

  variables {
    network = {
      vpc_id             = "vpc-0f0f0f0f0f0f0f0f0"
      subnet_ids         = ["subnet-0a1b2c3d4e5f60718"]
      security_group_ids = ["sg-0123456789abcdef0"]
    }
  }

  expect_failures = [data.aws_subnet.this]
}

run "five_security_groups" {
  command = plan

  variables {
    network = {
      vpc_id             = "vpc-0a1b2c3d4e5f60718"
      subnet_ids         = ["subnet-0a1b2c3d4e5f60718"]
      security_group_ids = ["sg-1", "sg-2", "sg-3", "sg-4", "sg-5"]
    }
  }

  expect_failures = [var.network]
}

run "idle_time_below_an_hour" {
  command = plan

  variables {
    apps = { idle_timeout_minutes = 30 }
  }

  expect_failures = [var.apps]
}

run "two_default_scripts" {
  command = plan

  variables {
    lifecycle_configs = { one = { script = "a", default = true }, two = { script = "b", default = true } }
  }

  expect_failures = [var.lifecycle_configs]
}

run "script_too_long" {
  command = plan

  variables {
    lifecycle_configs = { long = { script = join("", [for n in range(1000) : "0123456789abc"]) } }
  }

  expect_failures = [var.lifecycle_configs]
}

run "default_volume_larger_than_the_maximum" {
  command = plan

  variables {
    volume_sizes = { default = 200, maximum = 100 }
  }

  expect_failures = [var.volume_sizes]
}

run "trusted_accounts_without_docker" {
  command = plan

  variables {
    docker = { trusted_account_ids = ["210987654321"] }
  }

  expect_failures = [var.docker]
}

run "boundary_of_an_existing_role" {
  command = plan

  variables {
    default_role = { existing_arn = "arn:aws:iam::123456789012:role/studio", permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary" }
  }

  expect_failures = [var.default_role]
}
