# What the repositories, images and configurations are made with, and what the policies let through.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

variables {
  kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
  publisher_arns = ["arn:aws:iam::123456789012:role/build-*"]
  reader_arns    = ["arn:aws:iam::210987654321:role/deployment"]
  tags           = { system = "MLSpace" }

  images = {
    lab = {
      apps = ["jupyter_lab", "code_editor"]
      versions = {
        first  = { digest = "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", aliases = ["stable"] }
        second = { digest = "sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752" }
      }
    }
    shared = {
      repository_url = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/tools"
      uid            = 0
      gid            = 0
      entrypoint     = ["/start"]
      environment    = { MODE = "lab" }
    }
  }
}

run "repositories_are_encrypted_scanned_and_immutable" {
  command = plan

  assert {
    condition     = keys(aws_ecr_repository.this) == ["lab"] && aws_ecr_repository.this["lab"].name == "mlspace/lab"
    error_message = "An existing repository is not created again."
  }
  assert {
    condition = alltrue([for repository in aws_ecr_repository.this :
      repository.image_tag_mutability == "IMMUTABLE" && !repository.force_delete &&
      repository.image_scanning_configuration[0].scan_on_push &&
      repository.encryption_configuration[0].encryption_type == "KMS" &&
      repository.encryption_configuration[0].kms_key == var.kms_key_arn
    ])
    error_message = "Every repository is encrypted with the given key, scanned, immutable and kept."
  }
  assert {
    condition     = aws_ecr_repository.this["lab"].tags == tomap(var.tags) && aws_sagemaker_image.this["lab"].tags == tomap(var.tags)
    error_message = "Repositories and images have the tags."
  }
}

run "only_publishers_push" {
  command = plan

  assert {
    condition = { for principal, arn in {
      build  = "arn:aws:iam::123456789012:role/build-images"
      member = "arn:aws:iam::123456789012:role/MLSpace-fraud-alice"
      reader = "arn:aws:iam::210987654321:role/deployment"
      } : principal => [for action in ["ecr:PutImage", "ecr:BatchDeleteImage", "ecr:BatchGetImage"] : provider::mlspace::resource_policy_allows(
        aws_ecr_repository_policy.this["lab"].policy, arn, action, "arn:aws:ecr:eu-west-1:123456789012:repository/mlspace/lab", {},
      )] } == {
      build  = [true, true, true]
      member = [false, false, true]
      reader = [false, false, true]
    }
    error_message = "Publishers push and delete, readers of other accounts pull, and members pull if their own policies let them."
  }
}

run "role_pulls_from_these_repositories" {
  command = plan

  assert {
    condition     = output.repository_names == tolist(["mlspace/lab", "team/tools"])
    error_message = "The names of repositories are those without the registry's host."
  }
  assert {
    condition = [for repository in ["mlspace/lab", "team/tools", "other"] : provider::mlspace::policy_allows(
      [aws_iam_policy.images[0].policy],
      "arn:aws:iam::123456789012:role/platform/mlspace-images",
      "ecr:BatchGetImage",
      "arn:aws:ecr:eu-west-1:123456789012:repository/${repository}",
      {},
    )] == [true, true, false]
    error_message = "The role pulls what is registered, and nothing else."
  }
  assert {
    condition     = provider::mlspace::resource_policy_allows(aws_iam_role.images[0].assume_role_policy, "sagemaker.amazonaws.com", "sts:AssumeRole", "arn:aws:iam::123456789012:role/platform/mlspace-images", { "aws:SourceAccount" = ["123456789012"] })
    error_message = "SageMaker assumes the role."
  }
}

run "versions_name_digests" {
  command = plan

  override_resource {
    target          = aws_ecr_repository.this["lab"]
    override_during = plan
    values          = { repository_url = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mlspace/lab" }
  }

  assert {
    condition = { for version, resource in aws_sagemaker_image_version.this : version => resource.base_image } == {
      "lab/first"  = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mlspace/lab@sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
      "lab/second" = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/mlspace/lab@sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"
    }
    error_message = "Each version is what was pushed."
  }
  assert {
    condition     = aws_sagemaker_image_version.this["lab/first"].aliases == toset(["stable"])
    error_message = "A version has its aliases."
  }
}

run "configurations_have_their_user" {
  command = plan

  assert {
    condition     = keys(aws_sagemaker_app_image_config.this) == ["lab/code_editor", "lab/jupyter_lab", "shared/jupyter_lab"]
    error_message = "There is a configuration for each kind of app of an image."
  }
  assert {
    condition = (
      aws_sagemaker_app_image_config.this["lab/jupyter_lab"].jupyter_lab_image_config[0].file_system_config[0].default_uid == 1000 &&
      aws_sagemaker_app_image_config.this["lab/code_editor"].code_editor_app_image_config[0].file_system_config[0].default_gid == 100 &&
      aws_sagemaker_app_image_config.this["shared/jupyter_lab"].jupyter_lab_image_config[0].file_system_config[0].default_uid == 0
    )
    error_message = "Apps run as the image's user and group."
  }
  assert {
    condition = (
      length(aws_sagemaker_app_image_config.this["lab/jupyter_lab"].jupyter_lab_image_config[0].container_config) == 0 &&
      aws_sagemaker_app_image_config.this["shared/jupyter_lab"].jupyter_lab_image_config[0].container_config[0].container_entrypoint == tolist(["/start"])
    )
    error_message = "A container has the settings that were given, and no empty ones."
  }
  assert {
    condition     = output.custom_images.jupyter_lab == [{ image_name = "mlspace-lab", app_image_config_name = "mlspace-lab-jupyter-lab" }]
    error_message = "A domain is offered images that have a version."
  }
}

run "existing_role" {
  command = plan

  variables {
    role_arn = "arn:aws:iam::123456789012:role/images"
  }

  assert {
    condition     = length(aws_iam_role.images) == 0 && aws_sagemaker_image.this["lab"].role_arn == "arn:aws:iam::123456789012:role/images"
    error_message = "An existing role takes the place of a new one."
  }
}

run "no_images" {
  command = plan

  variables {
    images = {}
  }

  assert {
    condition     = length(aws_iam_role.images) == 0 && length(output.custom_images.jupyter_lab) == 0
    error_message = "Without images nothing is created."
  }
}
