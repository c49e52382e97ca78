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
