# Inputs of each part are outputs of another, and the documents agree.

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}

variables {
  administrator_arns = ["arn:aws:iam::111122223333:role/build"]
  trusted = {
    for role in ["terraform", "platform_admin", "data_scientist", "auditor"] :
    role => { saml_provider_arn = "arn:aws:iam::111122223333:saml-provider/corp" }
  }
  guardrails = { service_control = ["G14"], people = ["G19"], parameters = { max_runtime_seconds = ["86400"] } }
  network    = { client_cidrs = ["10.200.0.0/16"] }
  tags       = { cost-center = "ml" }
}

run "parts_fit_together" {
  command = apply

  assert {
    condition = (
      output.settings.data_bucket == "mlspace-data-111122223333" && output.settings.region == "eu-west-1" &&
      output.settings.permissions_boundary_arn == module.roles.permissions_boundary_arn &&
      output.settings.table_names.project_users == "mlspace-project-users" &&
      output.settings.notebook_defaults.subnet_ids == module.vpc.subnet_ids &&
      output.settings.notebook_defaults.kms_key_id == module.kms.key_arns["data"]
    )
    error_message = "The provider must be given what was made."
  }
  assert {
    condition     = length(aws_ce_cost_allocation_tag.this) == 0
    error_message = "Only the account that pays can activate tags, so none is unless it is asked for."
  }
  assert {
    condition     = length(module.vpc.subnet_ids) == 3 && length(output.settings.notebook_defaults.security_group_ids) == 1
    error_message = "Three zones, one group for workloads."
  }
  assert {
    condition = [
      for cidr, rule in aws_vpc_security_group_ingress_rule.people : [cidr, rule.cidr_ipv4, rule.from_port, rule.security_group_id]
    ] == [["10.200.0.0/16", "10.200.0.0/16", 443, output.endpoint_security_group_id]]
    error_message = "The endpoints must admit HTTPS from people's networks."
  }
  assert {
    condition     = length(distinct(values(module.kms.key_arns))) == 3 && keys(module.kms.key_arns) == ["data", "logs", "tables"]
    error_message = "Members use the data key, so records must have another one."
  }
  assert {
    condition     = length(output.settings.base_policy_arns) == 1 && !contains(output.settings.base_policy_arns, "")
    error_message = "Every membership gets the base policy."
  }
  assert {
    condition     = output.role_arns["terraform"] == module.roles.terraform_role_arn && contains(keys(output.role_arns), "auditor")
    error_message = "The roles that were asked for are there."
  }

  assert {
    condition = join("; ", flatten([
      for what, document in output.documents : [
        for finding in provider::mlspace::policy_lint(document, (
          startswith(what, "bucket/") ? "bucket" : startswith(what, "key/") ? "key" : startswith(what, "endpoint/") ? "endpoint" :
          startswith(what, "service_control/") ? "scp" : endswith(what, "boundary") ? "boundary" : what == "terraform" ? "inline" : "managed"
        )) : "${what}: ${finding.rule}: ${finding.why}"
        # As in the tests of module `roles`.
        if !contains(["DenyNever", "DenyOtherModels"], finding.statement)
      ]
    ])) == ""
    error_message = "The linter finds something in the documents."
  }
  assert {
    condition     = length([for what in keys(output.documents) : what if startswith(what, "endpoint/")]) >= 10 && contains(keys(output.documents), "service_control/1")
    error_message = "All documents are given out."
  }

  # A member of fraud, evaluated with the boundary and the bucket's policy. The boundary alone
  # grants nothing.
  assert {
    condition = provider::mlspace::policy_allows(
      [output.documents["permissions_boundary"]], "arn:aws:iam::111122223333:role/MLSpace-fraud-0a1b", "s3:GetObject",
      "arn:aws:s3:::mlspace-data-111122223333/project/fraud/datasets/cards/a.csv",
      { "aws:PrincipalTag/project" = ["fraud"], "aws:PrincipalTag/user" = ["alice"] },
    )
    error_message = "The boundary lets a member of fraud read what is fraud's."
  }
  assert {
    condition = !provider::mlspace::policy_allows(
      [output.documents["permissions_boundary"]], "arn:aws:iam::111122223333:role/MLSpace-fraud-0a1b", "s3:GetObject",
      "arn:aws:s3:::mlspace-data-111122223333/project/churn/datasets/cards/a.csv",
      { "aws:PrincipalTag/project" = ["fraud"], "aws:PrincipalTag/user" = ["alice"] },
    )
    error_message = "The boundary keeps a member of fraud out of churn."
  }
  assert {
    condition = alltrue([
      for bucket in ["data", "config", "logs"] : alltrue([
        for call in [
          { expected = false, context = {} },
          { expected = false, context = { "aws:SecureTransport" = ["true"], "s3:TlsVersion" = ["1.3"], "aws:SourceVpce" = ["vpce-0123"] } },
          { expected = false, context = { "aws:SecureTransport" = ["false"], "aws:SourceVpce" = [module.vpc.s3_endpoint_id] } },
        ] :
        call.expected == provider::mlspace::policy_allows(
          [output.documents["bucket/${bucket}"], jsonencode({
            Version   = "2012-10-17"
            Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "*" }]
          })],
          "arn:aws:iam::111122223333:role/MLSpace-fraud-0a1b", "s3:GetObject", "arn:aws:s3:::mlspace-${bucket}-111122223333/a", call.context,
        )
      ])
    ])
    error_message = "A bucket can be read by plain HTTP, or around the network's endpoint."
  }
}

run "logs_can_be_encrypted" {
  command = apply

  assert {
    condition = alltrue([
      for group in concat([module.vpc.flow_log_group_name], keys(module.audit[0].log_group_arns)) : provider::mlspace::resource_policy_allows(
        output.documents["key/logs"], "logs.eu-west-1.amazonaws.com", "kms:GenerateDataKey", module.kms.key_arns["logs"],
        { "kms:EncryptionContext:aws:logs:arn" = ["arn:aws:logs:eu-west-1:111122223333:log-group:${group}"] },
      )
    ])
    error_message = "CloudWatch Logs must be able to encrypt every log group."
  }
}

run "groups_of_projects" {
  command = apply

  variables {
    network = { project_security_groups = true, client_cidrs = ["10.200.0.0/16"] }
  }

  assert {
    condition     = output.settings.notebook_defaults.security_group_ids == null && length(output.settings.notebook_defaults.subnet_ids) == 3
    error_message = "There must be no groups for all workloads."
  }
  assert {
    condition     = output.network.endpoint_security_group_id == module.vpc.endpoint_security_group_id && keys(output.network.prefix_list_ids) == ["dynamodb", "s3"]
    error_message = "The module project must get what it needs."
  }
  assert {
    condition = { for what, tags in {
      own      = { "aws:ResourceTag/system" = ["MLSpace"], "aws:ResourceTag/project" = ["fraud"] }
      other    = { "aws:ResourceTag/system" = ["MLSpace"], "aws:ResourceTag/project" = ["churn"] }
      platform = { "aws:ResourceTag/system" = ["MLSpace"] }
      untagged = {}
      } : what => provider::mlspace::policy_allows(
      [output.documents["notebook_base"]], "arn:aws:iam::111122223333:role/MLSpace-fraud-0a1b", "ec2:CreateNetworkInterface",
      "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-0a1b2c3d", merge({ "aws:PrincipalTag/project" = ["fraud"], "aws:PrincipalTag/user" = ["alice"] }, tags),
    ) } == { own = true, other = false, platform = false, untagged = false }
    error_message = "Workloads must have the groups of their project, and no others."
  }
}

run "without_trail_and_flow_logs" {
  command = apply

  variables {
    audit   = { enabled = false, cost_allocation_tags = true }
    network = { flow_logs = false, availability_zones = ["eu-west-1a"], client_cidrs = ["10.200.0.0/16"] }
  }

  assert {
    condition = { for key, tag in aws_ce_cost_allocation_tag.this : key => [tag.tag_key, tag.status] } == {
      for key in ["project", "system", "user"] : key => [key, "Active"]
    }
    error_message = "The tags that tell projects' costs apart are active."
  }
  assert {
    condition     = output.alarm_topic_arn == null && length(module.vpc.subnet_ids) == 1
    error_message = "Neither is made."
  }
}

run "people_without_a_network" {
  command = plan

  variables {
    network = {}
  }

  expect_failures = [check.people_reach_notebooks]
}
