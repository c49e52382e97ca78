# Plans refuse invalid input.

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}

variables {
  data_bucket = "mlspace-data-111122223333"
  kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  network     = { subnet_ids = ["subnet-0a1b2c3d4e5f60718"], security_group_ids = ["sg-0123456789abcdef0"] }
}

run "empty_network" {
  command = plan

  variables {
    network     = { subnet_ids = [], security_group_ids = [] }
    kms_key_arn = "alias/data"
    data_bucket = "arn:aws:s3:::mlspace-data"
  }

  expect_failures = [var.network, var.kms_key_arn, var.data_bucket]
}

run "groups_beside_those_of_projects" {
  command = plan

  variables {
    network = { subnet_ids = ["subnet-0a1b2c3d4e5f60718"], security_group_ids = ["sg-0123456789abcdef0"], project_security_groups = true }
  }

  expect_failures = [var.network]
}

run "unknown_role" {
  command = plan

  variables {
    trusted = { administrator = { principal_arns = ["arn:aws:iam::111122223333:role/a"] } }
  }

  expect_failures = [var.trusted]
}

run "role_without_principals" {
  command = plan

  variables {
    trusted = { auditor = {} }
  }

  expect_failures = [var.trusted]
}

run "team_without_projects" {
  command = plan

  variables {
    teams = { cards = { projects = [], principal_arns = ["arn:aws:iam::111122223333:role/a"] } }
  }

  expect_failures = [var.teams]
}

run "unknown_kind_of_workload" {
  command = plan

  variables {
    limits = { instance_types = { notebooks = ["ml.t3.medium"] } }
  }

  expect_failures = [var.limits]
}

run "limits_of_notebooks" {
  command = plan

  variables {
    limits = { instance_types = { notebook = ["ml.t3.medium"] } }
  }

  expect_failures = [var.limits]
}

run "denied_service_that_is_off_anyway" {
  command = plan

  variables {
    limits = { denied_services = ["bedrock"] }
  }

  expect_failures = [var.limits]
}

run "unknown_service" {
  command = plan

  variables {
    limits = { services = ["registries"] }
  }

  expect_failures = [var.limits]
}

run "tags_of_a_membership" {
  command = plan

  variables {
    tags = { User = "MLSpaceApplication" }
  }

  expect_failures = [var.tags]
}

run "invalid_endpoint_id" {
  command = plan

  variables {
    notebook_endpoint_ids = ["com.amazonaws.eu-west-1.sagemaker.api"]
  }

  expect_failures = [var.notebook_endpoint_ids]
}

run "schedules_in_the_default_group" {
  command = plan

  variables {
    granted = { stop_schedules = { group = "default", role_arn = "arn:aws:iam::111122223333:role/stop" } }
  }

  expect_failures = [var.granted]
}

run "schedules_without_a_role" {
  command = plan

  variables {
    granted = { stop_schedules = { group = "mlspace-stop", role_arn = "stop" } }
  }

  expect_failures = [var.granted]
}
