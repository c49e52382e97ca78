# Guardrails are packed within the limit of what carries them, and deny what they say.

mock_provider "aws" {
  mock_data "aws_caller_identity" {
    defaults = { account_id = "111122223333" }
  }
  mock_data "aws_partition" {
    defaults = { partition = "aws" }
  }
  mock_data "aws_region" {
    defaults = { id = "eu-west-1" }
  }
}

variables {
  parameters = {
    studio_instance_types   = ["ml.t3.*"]
    job_instance_types      = ["ml.m5.*"]
    endpoint_instance_types = ["ml.m5.*"]
    notebook_instance_types = ["ml.t3.*"]
    cluster_instance_types  = ["ml.g5.*"]
    subnet_ids              = ["subnet-0a1b2c3d4e5f60718"]
    security_group_ids      = ["sg-0123456789abcdef0"]
    kms_key_arns            = ["arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"]
    local_nvme_types        = ["ml.g5.*"]
    tenant_tag              = ["project"]
    protected_tags          = ["project", "system", "user"]
    api_vpce_ids            = ["vpce-0a1b2c3d4e5f60718"]
    notebook_vpce_ids       = ["vpce-08172635445362718"]
    max_runtime_seconds     = ["86400"]
  }
  tags = { system = "MLSpace" }
}

run "policies_by_target" {
  command = plan

  variables {
    service_control       = ["G01", "G08", "G09", "G10", "G11", "G12", "G14", "G17", "G19", "G20"]
    role                  = ["G05", "G10", "G11", "G14"]
    boundary              = ["G09", "G14", "G18"]
    exempt_principal_arns = ["arn:aws:iam::111122223333:role/platform/*"]
    target_ids            = ["ou-ab12-12345678", "444455556666"]
  }

  assert {
    condition     = length(aws_organizations_policy.this) > 1 && length(aws_organizations_policy.this) <= 4
    error_message = "Ten guardrails need more than one service control policy, and a target can have four in addition to AWS's own."
  }

  assert {
    condition     = alltrue([for policy in aws_organizations_policy.this : provider::mlspace::policy_size(policy.content) <= 5120])
    error_message = "A service control policy has at most 5,120 characters."
  }

  assert {
    condition = alltrue(concat(
      [for policy in aws_iam_policy.this : provider::mlspace::policy_size(policy.policy) <= 6144],
      [for part in output.boundary_parts : provider::mlspace::policy_size(part) <= 6144],
    ))
    error_message = "A managed policy and a boundary have at most 6,144 characters."
  }

  assert {
    condition     = length(output.boundary_parts) == 1
    error_message = "A role has one boundary."
  }

  assert {
    condition = join("\n", [
      for finding in concat(
        flatten([for policy in aws_organizations_policy.this : provider::mlspace::policy_lint(policy.content, "scp")]),
        flatten([for policy in aws_iam_policy.this : provider::mlspace::policy_lint(policy.policy, "managed")]),
        flatten([for part in output.boundary_parts : provider::mlspace::policy_lint(part, "boundary")]),
      ) : "${finding.rule} ${finding.statement} ${finding.why}"
      # Of types with disks of their own no key is demanded, which is meant; warnings are about what
      # another of the documents says.
      if finding.severity == "error" && !endswith(finding.statement, "VolumeKey")
    ]) == ""
    error_message = "The linter must not find anything in the policies."
  }

  assert {
    condition     = alltrue([for policy in aws_organizations_policy.this : policy.type == "SERVICE_CONTROL_POLICY"])
    error_message = "They are service control policies."
  }

  assert {
    condition     = length(aws_organizations_policy_attachment.this) == 2 * length(aws_organizations_policy.this)
    error_message = "Every policy is attached to every target."
  }

  assert {
    condition = alltrue(concat(
      [for policy in aws_organizations_policy.this : policy.tags == tomap(var.tags)],
      [for policy in aws_iam_policy.this : policy.tags == tomap(var.tags)],
    ))
    error_message = "Every policy must have the tags."
  }

  assert {
    condition     = alltrue([for policy in aws_iam_policy.this : policy.path == "/platform/"])
    error_message = "The policies must be out of reach of the role that runs Terraform for projects."
  }
}

# Denials, evaluated with the packed policies and one that allows everything.
run "denied_requests" {
  command = plan

  variables {
    service_control       = ["G01", "G09", "G10", "G11", "G14"]
    exempt_principal_arns = ["arn:aws:iam::111122223333:role/platform/*"]
  }

  assert {
    condition = !anytrue([
      for role, context in {
        open     = { "sagemaker:DirectInternetAccess" = ["Enabled"], "sagemaker:RootAccess" = ["Disabled"] }
        rooted   = { "sagemaker:DirectInternetAccess" = ["Disabled"], "sagemaker:RootAccess" = ["Enabled"] }
        untold   = {}
        homeless = { "sagemaker:DirectInternetAccess" = ["Disabled"], "sagemaker:RootAccess" = ["Disabled"], "sagemaker:MinimumInstanceMetadataServiceVersion" = ["2"] }
      } :
      provider::mlspace::policy_allows(
        concat(output.service_control_policies, [jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })]),
        "arn:aws:iam::111122223333:role/${role}",
        "sagemaker:CreateNotebookInstance",
        "arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/x",
        context,
      )
    ])
    error_message = "Notebooks with internet or root access, without a network or key, must be denied."
  }

  assert {
    condition = alltrue([
      for arn in ["arn:aws:iam::111122223333:role/member", "arn:aws:iam::111122223333:role/platform/terraform"] :
      provider::mlspace::policy_allows(
        concat(output.service_control_policies, [jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })]),
        arn,
        "sagemaker:CreateNotebookInstance",
        "arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/x",
        { for key, values in arn == "arn:aws:iam::111122223333:role/member" ? {
          "sagemaker:DirectInternetAccess"                  = ["Disabled"]
          "sagemaker:RootAccess"                            = ["Disabled"]
          "sagemaker:MinimumInstanceMetadataServiceVersion" = ["2"]
          "sagemaker:InstanceTypes"                         = ["ml.t3.medium"]
          "sagemaker:VpcSubnets"                            = var.parameters.subnet_ids
          "sagemaker:VpcSecurityGroupIds"                   = var.parameters.security_group_ids
          "sagemaker:VolumeKmsKeyArn"                       = var.parameters.kms_key_arns
        } : {} : key => tolist(values) },
      )
    ])
    error_message = "Requests that follow the rules must be allowed, and so must requests of exempt principals."
  }
}

run "correct_document_count" {
  command = plan

  variables {
    service_control           = ["G10", "G11", "G14"]
    service_control_documents = 2
    role                      = ["G14"]
    role_documents            = 1
  }

  assert {
    condition     = length(aws_organizations_policy.this) == 2 && length(aws_iam_policy.this) == 1
    error_message = "As many as were written."
  }
}

run "wrong_document_count_is_refused" {
  command = plan

  variables {
    service_control           = ["G14"]
    service_control_documents = 2
  }

  expect_failures = [aws_organizations_policy.this]
}

run "no_guardrails" {
  command = plan

  assert {
    condition     = length(aws_organizations_policy.this) + length(aws_iam_policy.this) + length(output.boundary_parts) == 0
    error_message = "Nothing chosen, nothing made."
  }
}

run "unknown_guardrail_is_refused" {
  command = plan

  variables {
    service_control = ["G99"]
  }

  expect_failures = [var.service_control]
}

run "role_guardrail_as_scp_is_refused" {
  command = plan

  variables {
    service_control = ["G05"]
  }

  expect_failures = [var.service_control]
}

run "bucket_guardrail_on_role_is_refused" {
  command = plan

  variables {
    role     = ["G22"]
    boundary = ["G22"]
  }

  expect_failures = [var.role, var.boundary]
}

run "invalid_target_is_refused" {
  command = plan

  variables {
    target_ids = ["production"]
  }

  expect_failures = [var.target_ids]
}

run "wildcard_exemption_is_refused" {
  command = plan

  variables {
    exempt_principal_arns = ["arn:aws:iam::*:role/*"]
  }

  expect_failures = [var.exempt_principal_arns]
}
