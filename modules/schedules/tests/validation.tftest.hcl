# Values that the module refuses.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

run "default_group" {
  command = plan

  variables {
    name = "default"
  }

  expect_failures = [var.name]
}

run "invalid_name" {
  command = plan

  variables {
    name = "a/b"
  }

  expect_failures = [var.name]
}
