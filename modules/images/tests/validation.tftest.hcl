# Plans refuse input that AWS would refuse, or with which apps would not start.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

variables {
  kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
  publisher_arns = ["arn:aws:iam::123456789012:role/build"]
  images         = { lab = {} }
}

run "user_that_studio_does_not_run" {
  command = plan

  variables {
    images = { lab = { uid = 1000, gid = 1000 } }
  }

  expect_failures = [var.images]
}

run "tag_in_place_of_a_digest" {
  command = plan

  variables {
    images = { lab = { versions = { first = { digest = "latest" } } } }
  }

  expect_failures = [var.images]
}

run "alias_of_two_versions" {
  command = plan

  variables {
    images = { lab = { versions = {
      first  = { digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", aliases = ["stable"] }
      second = { digest = "sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752", aliases = ["stable"] }
    } } }
  }

  expect_failures = [var.images]
}

run "app_of_studio_classic" {
  command = plan

  variables {
    images = { lab = { apps = ["kernel_gateway"] } }
  }

  expect_failures = [var.images]
}

run "two_entry_points" {
  command = plan

  variables {
    images = { lab = { entrypoint = ["/bin/sh", "-c"] } }
  }

  expect_failures = [var.images]
}

run "name_with_capitals" {
  command = plan

  variables {
    images = { Lab = {} }
  }

  expect_failures = [var.images]
}

run "repository_of_another_account" {
  command = plan

  variables {
    images = { lab = { repository_url = "210987654321.dkr.ecr.eu-west-1.amazonaws.com/lab" } }
  }

  expect_failures = [aws_sagemaker_image.this]
}

run "repository_with_a_tag" {
  command = plan

  variables {
    images = { lab = { repository_url = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/lab:1" } }
  }

  expect_failures = [var.images]
}

run "nobody_publishes" {
  command = plan

  variables {
    publisher_arns = []
  }

  expect_failures = [var.publisher_arns]
}

run "account_as_publisher" {
  command = plan

  variables {
    publisher_arns = ["arn:aws:iam::123456789012:root"]
  }

  expect_failures = [var.publisher_arns]
}

run "alias_of_a_key" {
  command = plan

  variables {
    kms_key_arn = "alias/mlspace-volumes"
  }

  expect_failures = [var.kms_key_arn]
}
