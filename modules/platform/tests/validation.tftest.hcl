# Plans refuse invalid input.

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}

variables {
  administrator_arns = ["arn:aws:iam::111122223333:role/build"]
}

run "upper_case_name" {
  command = plan
  variables {
    name = "MLSpace"
  }
  expect_failures = [var.name]
}

run "tag_of_a_tenant" {
  command = plan
  variables {
    tags = { Project = "fraud" }
  }
  expect_failures = [var.tags]
}

run "key_for_volumes" {
  command = plan
  variables {
    existing = { keys = { volumes = { arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd" } } }
  }
  expect_failures = [var.existing]
}

run "wildcards_in_prefix_and_tag" {
  command = plan
  variables {
    iam_resource_prefix = "ML*"
    system_tag          = "$${aws:username}"
  }
  expect_failures = [var.iam_resource_prefix, var.system_tag]
}

run "clients_of_the_whole_internet" {
  command = plan
  variables {
    network = { client_cidrs = ["0.0.0.0/0"] }
  }
  expect_failures = [var.network]
}
