# The platform is applied, and the projects on its outputs.

mock_provider "mlspace" {
  mock_resource "mlspace_membership" {
    defaults = { role_arn = "arn:aws:iam::111122223333:role/MLSpace-fraud-0a1b" }
  }
}

variables {
  administrator_arns = ["arn:aws:iam::123456789012:role/build"]
}

run "platform_and_first_project" {
  command = apply

  assert {
    condition     = output.settings.data_bucket == "mlspace-data-123456789012" && output.settings.region == "eu-west-1"
    error_message = "The settings must be those of the new platform."
  }
  assert {
    condition     = join(" ", keys(output.roles)) == "churn/carol fraud/alice fraud/bob"
    error_message = "Every member must have a role."
  }
  assert {
    condition = (
      length(mlspace_notebook.alice.security_group_ids) == 1 && mlspace_notebook.alice.security_group_ids == toset(module.project["fraud"].security_group_ids) &&
      module.project["fraud"].security_group_ids != module.project["churn"].security_group_ids && output.settings.notebook_defaults.security_group_ids == null
    )
    error_message = "Each project must have a security group of its own, and its notebooks that one."
  }
  assert {
    condition     = length(output.settings.notebook_defaults.subnet_ids) == 3 && startswith(output.settings.notebook_defaults.kms_key_id, "arn:aws:kms:eu-west-1:")
    error_message = "Notebooks must have a network and a key."
  }
}
