# What the domain is made with.

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
    endpoint_ids       = { s3 = "vpce-1", "sagemaker.api" = "vpce-2", "sagemaker.runtime" = "vpce-3", sts = "vpce-4", studio = "vpce-5" }
  }
  tags = { system = "MLSpace" }
}

run "domain_in_the_network" {
  command = plan

  assert {
    condition = (
      mlspace_studio_domain.this.vpc_id == var.network.vpc_id &&
      mlspace_studio_domain.this.subnet_ids == toset(var.network.subnet_ids) &&
      mlspace_studio_domain.this.security_group_ids == toset(var.network.security_group_ids) &&
      mlspace_studio_domain.this.kms_key_id == var.kms_key_arn
    )
    error_message = "The domain has the given network and key."
  }
  assert {
    condition     = mlspace_studio_domain.this.jupyter_lab.idle_timeout_minutes == 120 && mlspace_studio_domain.this.code_editor.idle_timeout_locked
    error_message = "Apps stop after two hours without use, and members cannot change that."
  }
  assert {
    condition     = !mlspace_studio_domain.this.docker_access && !mlspace_studio_domain.this.force_destroy
    error_message = "Nothing is opened by default."
  }
}

run "log_group_before_sagemaker_makes_one" {
  command = plan

  variables {
    logs = { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/0c1d" }
  }

  assert {
    condition     = aws_cloudwatch_log_group.this[0].name == "/aws/sagemaker/studio" && aws_cloudwatch_log_group.this[0].kms_key_id == var.logs.kms_key_arn && aws_cloudwatch_log_group.this[0].retention_in_days == 365
    error_message = "The log group is encrypted and kept for a year."
  }
}

run "role_without_rights" {
  command = plan

  variables {
    default_role = { permissions_boundary_arn = "arn:aws:iam::123456789012:policy/boundary" }
  }

  assert {
    condition     = aws_iam_role.default[0].permissions_boundary == var.default_role.permissions_boundary_arn && provider::mlspace::resource_policy_allows(aws_iam_role.default[0].assume_role_policy, "sagemaker.amazonaws.com", "sts:AssumeRole", "arn:aws:iam::123456789012:role/x", { "aws:SourceAccount" = ["123456789012"] })
    error_message = "SageMaker assumes the role, which has the boundary."
  }
}

run "existing_role" {
  command = plan

  variables {
    default_role = { existing_arn = "arn:aws:iam::123456789012:role/studio" }
  }

  assert {
    condition     = length(aws_iam_role.default) == 0 && mlspace_studio_domain.this.default_execution_role_arn == var.default_role.existing_arn
    error_message = "An existing role takes the place of a new one."
  }
}

run "scripts_have_their_hash_in_the_name" {
  command = plan

  variables {
    lifecycle_configs = {
      packages = { script = "#!/bin/bash\necho a\n", apps = ["jupyter_lab", "code_editor"], default = true }
      extra    = { script = "#!/bin/bash\necho b\n" }
    }
  }

  assert {
    condition     = keys(aws_sagemaker_studio_lifecycle_config.this) == ["extra/jupyter_lab", "packages/code_editor", "packages/jupyter_lab"]
    error_message = "There is a configuration for each kind of app of a script."
  }
  assert {
    condition     = aws_sagemaker_studio_lifecycle_config.this["packages/code_editor"].studio_lifecycle_config_name == "mlspace-packages-code-editor-${substr(sha256("#!/bin/bash\necho a\n"), 0, 8)}" && aws_sagemaker_studio_lifecycle_config.this["packages/code_editor"].studio_lifecycle_config_app_type == "CodeEditor"
    error_message = "A changed script is a configuration of another name."
  }
  assert {
    condition     = length(mlspace_studio_domain.this.jupyter_lab.lifecycle_config_arns) == 2 && length(mlspace_studio_domain.this.code_editor.lifecycle_config_arns) == 1
    error_message = "The domain offers the scripts of each kind of app."
  }
}

run "images_of_ones_own" {
  command = plan

  variables {
    custom_images = { jupyter_lab = [{ image_name = "mlspace-lab", app_image_config_name = "mlspace-lab-jupyter-lab" }] }
  }

  assert {
    condition     = mlspace_studio_domain.this.jupyter_lab.custom_images[0].image_name == "mlspace-lab" && length(mlspace_studio_domain.this.code_editor.custom_images) == 0
    error_message = "The domain offers the images of each kind of app."
  }
}
