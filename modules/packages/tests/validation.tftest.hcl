# Plans refuse input that AWS would refuse, or that would close a repository to all.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

variables {
  kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
  publisher_arns = ["arn:aws:iam::123456789012:role/build"]
}

run "new_domain_without_a_key" {
  command = plan

  variables {
    kms_key_arn = null
  }

  expect_failures = [aws_codeartifact_domain.this]
}

run "unknown_source" {
  command = plan

  variables {
    repositories = { shared = { upstreams = ["conda"] } }
  }

  expect_failures = [aws_codeartifact_repository.this]
}

run "one_name_for_two" {
  command = plan

  variables {
    repositories = { pypi = {} }
  }

  expect_failures = [aws_codeartifact_repository.this]
}

run "source_named_twice" {
  command = plan

  variables {
    repositories = { shared = { upstreams = ["pypi", "pypi"] } }
  }

  expect_failures = [var.repositories]
}

run "unknown_index" {
  command = plan

  variables {
    sources = { pypi = { external_connection = "pypi" } }
  }

  expect_failures = [var.sources]
}

run "domain_by_arn" {
  command = plan

  variables {
    existing_domain = "arn:aws:codeartifact:eu-west-1:123456789012:domain/corp"
  }

  expect_failures = [var.existing_domain]
}

run "nobody_publishes" {
  command = plan

  variables {
    publisher_arns = []
  }

  expect_failures = [var.publisher_arns]
}

run "account_as_reader" {
  command = plan

  variables {
    reader_arns = ["210987654321"]
  }

  expect_failures = [var.reader_arns]
}

run "name_with_capitals" {
  command = plan

  variables {
    name = "MLSpace"
  }

  expect_failures = [var.name]
}
