# Every role that can be taken on has a boundary, and every document does what it says and no more.

provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}

variables {
  data_bucket = "mlspace-data-111122223333"
  kms_key_arn = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
  network = {
    subnet_ids         = ["subnet-0a1b2c3d4e5f60718", "subnet-08172635445362718"]
    security_group_ids = ["sg-0123456789abcdef0"]
  }
  tables = { key_arn = "arn:aws:kms:eu-west-1:111122223333:key/4321dcba-12ab-34cd-56ef-1234567890ab" }
  trusted = {
    terraform      = { principal_arns = ["arn:aws:iam::111122223333:role/pipeline"] }
    platform_admin = { principal_arns = ["arn:aws:iam::111122223333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_PlatformAdmin_*"] }
    data_scientist = { saml_provider_arn = "arn:aws:iam::111122223333:saml-provider/corp" }
    auditor        = { principal_arns = ["arn:aws:iam::111122223333:role/audit"] }
  }
  teams = {
    cards = { projects = ["fraud", "churn"], principal_arns = ["arn:aws:iam::111122223333:role/cards-lead"] }
  }
  limits = {
    instance_types  = { training = ["ml.m5.*"] }
    denied_services = ["endpoints"]
    services        = ["registry", "bedrock"]
    keyless_types   = ["ml.g5.*"]
  }
  tags = { system = "MLSpace" }
}

run "boundaries" {
  command = apply

  assert {
    condition = sort(concat(values(aws_iam_role.people)[*].name, aws_iam_role.terraform[*].name)) == tolist([
      "mlspace-auditor", "mlspace-data-scientist", "mlspace-platform-admin", "mlspace-team-cards", "mlspace-terraform",
    ])
    error_message = "Each role with principals must be created."
  }

  assert {
    condition     = alltrue([for role, resource in aws_iam_role.people : resource.permissions_boundary == aws_iam_policy.people[role].arn])
    error_message = "The policy of each staff role must be its boundary."
  }

  assert {
    condition     = aws_iam_role.terraform[0].permissions_boundary == aws_iam_policy.terraform_boundary[0].arn
    error_message = "The role that runs Terraform must have a boundary."
  }

  assert {
    condition = alltrue([
      for resource in concat(
        values(aws_iam_role.people), aws_iam_role.terraform, [aws_iam_policy.boundary, aws_iam_policy.base],
        values(aws_iam_policy.limits), aws_iam_policy.volume_key, values(aws_iam_policy.people), aws_iam_policy.terraform, aws_iam_policy.terraform_boundary,
      ) : resource.path == "/platform/" && resource.tags == tomap(var.tags)
    ])
    error_message = "Every resource must have the tags, and a path on which the role that runs Terraform has no permissions."
  }

  assert {
    condition = output.base_policy_arns == [
      "arn:aws:iam::111122223333:policy/platform/mlspace-notebook-base",
      "arn:aws:iam::111122223333:policy/platform/mlspace-denied-services",
      "arn:aws:iam::111122223333:policy/platform/mlspace-instance-types",
    ] && output.permissions_boundary_arn == "arn:aws:iam::111122223333:policy/platform/mlspace-permissions-boundary"
    error_message = "Documents name the policies before they are made: the ARNs must be these."
  }
}

run "documents" {
  command = apply

  # Denied by patterns of operations that AWS's reference does not list, and by keys that have one value in it but can have more.
  assert {
    condition = join("\n", flatten([
      for name, document in output.documents : [
        for finding in provider::mlspace::policy_lint(document, name == "permissions_boundary" ? "boundary" : "managed") :
        "${name}: ${finding.rule} ${finding.statement} ${finding.why}"
        if !contains(["DenyNever", "DenyOtherModels"], finding.statement)
      ]
    ])) == ""
    error_message = "The linter must not find anything in the documents."
  }

  assert {
    condition = join("\n", flatten([
      for role in concat(values(aws_iam_role.people), aws_iam_role.terraform) : [
        for finding in provider::mlspace::policy_lint(role.assume_role_policy, "trust") : "${role.name}: ${finding.rule} ${finding.why}"
      ]
    ])) == ""
    error_message = "The linter must not find anything in the trust policies."
  }

  assert {
    condition     = alltrue([for name, document in output.documents : provider::mlspace::policy_size(document) <= 6144])
    error_message = "Every document must fit what carries it."
  }
}

# Of a member, by the tags of the role.
run "members" {
  command = apply

  assert {
    condition = alltrue([
      for request in [
        ["s3:GetObject", "arn:aws:s3:::mlspace-data-111122223333/project/fraud/datasets/x", true],
        ["s3:PutObject", "arn:aws:s3:::mlspace-data-111122223333/private/alice/x", true],
        ["s3:GetObject", "arn:aws:s3:::mlspace-data-111122223333/project/churn/datasets/x", false],
        ["s3:GetObject", "arn:aws:s3:::mlspace-data-111122223333/private/bob/x", false],
        ["s3:GetObject", "arn:aws:s3:::mlspace-config-111122223333/x", false],
        ["iam:CreateRole", "arn:aws:iam::111122223333:role/MLSpace-fraud-x", false],
        ["dynamodb:GetItem", "arn:aws:dynamodb:eu-west-1:111122223333:table/mlspace-projects", false],
        ["kms:PutKeyPolicy", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", false],
        ["kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab", true],
        ["kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/4321dcba-12ab-34cd-56ef-1234567890ab", false],
      ] :
      provider::mlspace::policy_allows(
        [aws_iam_policy.boundary.policy], "arn:aws:iam::111122223333:role/MLSpace-fraud-0123456789abcdef", request[0], request[1],
        { "aws:PrincipalTag/project" = ["fraud"], "aws:PrincipalTag/user" = ["alice"] },
      ) == request[2]
    ])
    error_message = "The boundary must leave a member the project's and own data, and nothing else."
  }

  assert {
    condition = alltrue([
      for request in [
        ["sagemaker:CreateTrainingJob", "ml.m5.large", true],
        ["sagemaker:CreateTrainingJob", "ml.t3.medium", false],
        ["sagemaker:CreateProcessingJob", "ml.t3.medium", false],
      ] :
      provider::mlspace::policy_allows(
        [aws_iam_policy.limits["instance-types"].policy, jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "*", Resource = "*" }] })],
        "arn:aws:iam::111122223333:role/MLSpace-fraud-0123456789abcdef", request[0], "*", { "sagemaker:InstanceTypes" = [request[1]] },
      ) == request[2]
    ])
    error_message = "Only listed types can start, and none of kinds without an entry."
  }
}

run "services" {
  command = apply

  assert {
    condition = alltrue([
      for request in [
        ["bedrock:InvokeModel", "arn:aws:bedrock:eu-west-1::foundation-model/m", true],
        ["translate:TranslateText", "*", false],
      ] :
      provider::mlspace::policy_allows(
        [aws_iam_policy.boundary.policy], "arn:aws:iam::111122223333:role/MLSpace-fraud-0123456789abcdef", request[0], request[1],
        { "aws:PrincipalTag/system" = ["MLSpace"], "aws:PrincipalTag/project" = ["fraud"], "aws:PrincipalTag/user" = ["alice"] },
      ) == request[2]
    ])
    error_message = "The boundary must admit the services that projects can switch on, and no others."
  }
}

run "terraform" {
  command = apply

  assert {
    condition = alltrue([
      for request in [
        ["iam:CreateRole", "role/MLSpace-fraud-x", { "iam:PermissionsBoundary" = [output.permissions_boundary_arn], "aws:RequestTag/system" = ["MLSpace"] }, true],
        ["iam:CreateRole", "role/MLSpace-fraud-x", { "iam:PermissionsBoundary" = [output.permissions_boundary_arn] }, false],
        ["iam:DetachRolePolicy", "role/MLSpace-fraud-x", { "iam:PolicyARN" = ["arn:aws:iam::aws:policy/AWSDenyAll"] }, false],
        ["iam:CreateRole", "role/MLSpace-fraud-x", {}, false],
        ["iam:CreateRole", "role/platform/x", { "iam:PermissionsBoundary" = [output.permissions_boundary_arn] }, false],
        ["iam:CreatePolicyVersion", "policy/platform/mlspace-permissions-boundary", {}, false],
        ["iam:UpdateAssumeRolePolicy", "role/platform/mlspace-terraform", {}, false],
        ["iam:PutRolePolicy", "role/platform/mlspace-terraform", {}, false],
        ["iam:AttachRolePolicy", "role/MLSpace-fraud-x", { "iam:PermissionsBoundary" = [output.permissions_boundary_arn], "iam:PolicyARN" = [output.base_policy_arns[0]] }, true],
        ["iam:AttachRolePolicy", "role/MLSpace-fraud-x", { "iam:PermissionsBoundary" = [output.permissions_boundary_arn], "iam:PolicyARN" = ["arn:aws:iam::aws:policy/AdministratorAccess"] }, false],
      ] :
      provider::mlspace::policy_allows(
        aws_iam_policy.terraform[*].policy, aws_iam_role.terraform[0].arn, request[0], "arn:aws:iam::111122223333:${request[1]}",
        { for key, values in request[2] : key => tolist(values) },
      ) == request[3]
    ])
    error_message = "The role that runs Terraform must make members' roles within their boundary, and change nothing that holds it."
  }

  assert {
    condition = provider::mlspace::policy_allows(
      aws_iam_policy.terraform[*].policy, aws_iam_role.terraform[0].arn, "kms:Decrypt", var.tables.key_arn,
      { "kms:ViaService" = ["dynamodb.eu-west-1.amazonaws.com"] },
    )
    error_message = "Records are encrypted: Terraform must be able to read them."
  }
}

run "staff_roles" {
  command = apply

  assert {
    condition = alltrue([
      for request in [
        ["data_scientist", "sagemaker:CreatePresignedNotebookInstanceUrl", "alice", true],
        ["data_scientist", "sagemaker:CreatePresignedNotebookInstanceUrl", "bob", false],
        ["platform_admin", "sagemaker:CreatePresignedNotebookInstanceUrl", "alice", false],
        ["platform_admin", "sagemaker:StopNotebookInstance", "bob", true],
        ["team/cards", "sagemaker:StopNotebookInstance", "bob", true],
        ["team/cards", "sagemaker:StartNotebookInstance", "bob", false],
        ["auditor", "sagemaker:DescribeNotebookInstance", "bob", true],
        ["auditor", "sagemaker:StopNotebookInstance", "bob", false],
      ] :
      provider::mlspace::policy_allows(
        [aws_iam_policy.people[request[0]].policy], aws_iam_role.people[request[0]].arn, request[1],
        "arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/x",
        {
          "aws:PrincipalTag/user"   = ["alice"]
          "aws:ResourceTag/system"  = ["MLSpace"]
          "aws:ResourceTag/project" = ["fraud"]
          "aws:ResourceTag/user"    = [request[2]]
        },
      ) == request[3]
    ])
    error_message = "People open their own notebooks, and look after others' by their office."
  }

  assert {
    condition = !anytrue([
      for role, resource in aws_iam_role.people : provider::mlspace::policy_allows(
        [aws_iam_policy.people[role].policy], resource.arn, "s3:GetObject", "arn:aws:s3:::mlspace-data-111122223333/project/fraud/x", {},
      )
    ])
    error_message = "People reach data through notebooks only."
  }
}

run "endpoints_and_guardrails" {
  command = apply

  variables {
    notebook_endpoint_ids = ["vpce-0a1b2c3d4e5f60718"]
    people_policy_arns    = { guardrails = "arn:aws:iam::111122223333:policy/platform/mlspace-guardrails-1" }
  }

  assert {
    condition = alltrue([
      for endpoint, allowed in { "vpce-0a1b2c3d4e5f60718" = true, "vpce-00000000000000000" = false } :
      provider::mlspace::policy_allows(
        [output.documents["data_scientist"]], "arn:aws:iam::111122223333:role/platform/mlspace-data-scientist",
        "sagemaker:CreatePresignedNotebookInstanceUrl", "arn:aws:sagemaker:eu-west-1:111122223333:notebook-instance/x",
        { "aws:PrincipalTag/user" = ["alice"], "aws:ResourceTag/system" = ["MLSpace"], "aws:ResourceTag/user" = ["alice"], "aws:SourceVpce" = [endpoint] },
      ) == allowed
    ])
    error_message = "Notebooks must open through the endpoints only."
  }

  assert {
    condition     = length(aws_iam_role_policy_attachment.guardrails) == length(aws_iam_role.people)
    error_message = "Guardrails must be attached to every staff role."
  }
}

run "no_principals" {
  command = apply

  variables {
    trusted = {}
    teams   = {}
    limits  = {}
  }

  assert {
    condition     = length(aws_iam_role.people) == 0 && output.terraform_role_arn == null && length(output.base_policy_arns) == 1
    error_message = "Without principals there must be no roles, only the policies of members."
  }
}

run "schedules" {
  command = apply

  variables {
    granted = { stop_schedules = { group = "mlspace-stop", role_arn = "arn:aws:iam::111122223333:role/platform/stop" } }
  }

  assert {
    condition = alltrue([
      for group, allowed in { "mlspace-stop" = true, "default" = false } :
      provider::mlspace::policy_allows(
        aws_iam_policy.terraform[*].policy, "arn:aws:iam::111122223333:role/platform/mlspace-terraform",
        "scheduler:CreateSchedule", "arn:aws:scheduler:eu-west-1:111122223333:schedule/${group}/alice", {},
      ) == allowed
    ])
    error_message = "Terraform must keep schedules in the platform's group only."
  }
}

run "identity_center" {
  command = apply

  variables {
    granted = { identity_center = true }
  }

  assert {
    condition = provider::mlspace::policy_allows(
      aws_iam_policy.terraform[*].policy, "arn:aws:iam::111122223333:role/platform/mlspace-terraform",
      "identitystore:GetGroupId", "arn:aws:identitystore::111122223333:identitystore/d-0123456789", {},
    )
    error_message = "Terraform must read groups of the directory."
  }
}

run "budgets" {
  command = apply

  variables {
    granted = { budgets = true }
  }

  assert {
    condition = alltrue([
      for name, allowed in { "MLSpace-project-fraud" = true, "company" = false } :
      provider::mlspace::policy_allows(
        aws_iam_policy.terraform[*].policy, "arn:aws:iam::111122223333:role/platform/mlspace-terraform",
        "budgets:ModifyBudget", "arn:aws:budgets::111122223333:budget/${name}", {},
      ) == allowed
    ])
    error_message = "Terraform must keep budgets of projects only."
  }
}
