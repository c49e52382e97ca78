# The staff roles, and the role that runs Terraform.

locals {
  # Trust policies by role.
  trust_policies = {
    for role, trust in merge(var.trusted, { for team, lead in var.teams : "team/${team}" => merge(lead, { web_identity = null }) }) :
    role => one(provider::mlspace::policy_documents("people_trust", merge(local.account, {
      principal_arns            = trust.principal_arns
      saml_provider_arn         = trust.saml_provider_arn
      web_identity_provider_arn = try(trust.web_identity.provider_arn, null)
      web_identity_subjects     = try(trust.web_identity.subjects, null)
      web_identity_audience     = try(trust.web_identity.audience, null)
    })))
  }

  staff_roles = {
    platform_admin = {
      description = "Operates the platform: stops, starts and looks, locks members out. Sees no data."
      policy      = one(provider::mlspace::policy_documents("platform_admin", merge(local.deployment, local.records)))
    }
    data_scientist = {
      description = "Opens own notebooks, by the session tag user. Everything else is done in them."
      policy      = one(provider::mlspace::policy_documents("data_scientist", merge(local.deployment, { endpoint_ids = var.notebook_endpoint_ids })))
    }
    auditor = {
      description = "Reads configuration, records and the trail. Sees no data, and changes nothing."
      policy = one(provider::mlspace::policy_documents("auditor", merge(local.deployment, local.records, {
        log_group_prefix = "/${var.name_prefix}/"
      })))
    }
  }

  staff = merge(
    { for role, staff in local.staff_roles : role => merge(staff, { name = replace(role, "_", "-") }) if contains(keys(var.trusted), role) },
    {
      for team, lead in var.teams : "team/${team}" => {
        name        = "team-${team}"
        description = "Leads a team: looks at and stops what is its projects', locks members out. Sees no data."
        policy      = one(provider::mlspace::policy_documents("team_admin", merge(local.deployment, local.records, { projects = lead.projects })))
      }
    },
  )

  # Parameters of the policies of the role that runs Terraform; it sets this boundary and these base
  # policies on others.
  terraform = merge(local.deployment, local.records, var.granted.stop_schedules == null ? {} : {
    schedule_group                                     = var.granted.stop_schedules.group
    stop_role_arn                                      = var.granted.stop_schedules.role_arn
    }, var.granted.identity_center ? { identity_center = true } : {}, var.granted.budgets ? { budgets = true } : {}, {
    permissions_boundary_arn                           = "${local.policy_arn}-permissions-boundary"
    base_policy_arns = concat(
      ["${local.policy_arn}-notebook-base"],
      [for limit in sort(keys(local.limits)) : "${local.policy_arn}-${limit}"],
    )
  })
  terraform_documents = provider::mlspace::policy_documents("provider", local.terraform)
}

resource "aws_iam_policy" "people" {
  for_each = local.staff

  name        = "${var.name_prefix}-${each.value.name}"
  path        = local.path
  description = each.value.description
  policy      = each.value.policy
  tags        = var.tags
}

resource "aws_iam_role" "people" {
  for_each = local.staff

  name               = "${var.name_prefix}-${each.value.name}"
  path               = local.path
  description        = each.value.description
  assume_role_policy = local.trust_policies[each.key]
  tags               = var.tags

  # The role's policy is also its boundary, so a policy that is attached later adds nothing.
  permissions_boundary = aws_iam_policy.people[each.key].arn
}

resource "aws_iam_role_policy_attachment" "people" {
  for_each = local.staff

  role       = aws_iam_role.people[each.key].name
  policy_arn = aws_iam_policy.people[each.key].arn
}

resource "aws_iam_role_policy_attachment" "guardrails" {
  for_each = merge([
    for role in keys(local.staff) : { for name in keys(var.people_policy_arns) : "${role} ${name}" => [role, name] }
  ]...)

  role       = aws_iam_role.people[each.value[0]].name
  policy_arn = var.people_policy_arns[each.value[1]]
}

resource "aws_iam_role" "terraform" {
  count = contains(keys(var.trusted), "terraform") ? 1 : 0

  name                 = "${var.name_prefix}-terraform"
  path                 = local.path
  description          = "Runs Terraform for projects, members, datasets and notebooks."
  assume_role_policy   = local.trust_policies["terraform"]
  permissions_boundary = aws_iam_policy.terraform_boundary[0].arn
  tags                 = var.tags
}

# Too long for one managed policy. The number is fixed, since the network can be unknown before apply: where two are enough, the
# third says what the second does. AWS cannot change descriptions, so those of the first two stay what they were with two.
resource "aws_iam_policy" "terraform" {
  count = length(aws_iam_role.terraform) * 3

  name        = "${var.name_prefix}-terraform-${count.index + 1}"
  path        = local.path
  description = "Part ${count.index + 1}${count.index < 2 ? " of 2" : ""} of the permissions of the role that runs Terraform."
  policy      = local.terraform_documents[min(count.index, length(local.terraform_documents) - 1)]
  tags        = var.tags

  lifecycle {
    precondition {
      condition     = length(local.terraform_documents) <= 3
      error_message = "The permissions of the role that runs Terraform do not fit into three managed policies: name fewer subnets, buckets or limits."
    }
  }
}

resource "aws_iam_role_policy_attachment" "terraform" {
  count = length(aws_iam_policy.terraform)

  role       = aws_iam_role.terraform[0].name
  policy_arn = aws_iam_policy.terraform[count.index].arn
}

resource "aws_iam_policy" "terraform_boundary" {
  count = contains(keys(var.trusted), "terraform") ? 1 : 0

  name        = "${var.name_prefix}-terraform-boundary"
  path        = local.path
  description = "The permissions boundary of the role that runs Terraform."
  policy      = one(provider::mlspace::policy_documents("provider_boundary", local.terraform))
  tags        = var.tags
}
