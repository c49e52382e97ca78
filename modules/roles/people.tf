# The roles that people take on, and the one that runs Terraform.

locals {
  # Whom each role trusts, as documents ask for it.
  trusts = {
    for role, trust in merge(var.trusted, { for team, lead in var.teams : "team/${team}" => merge(lead, { web_identity = null }) }) :
    role => one(provider::mlspace::policy_documents("people_trust", merge(local.account, {
      principal_arns            = trust.principal_arns
      saml_provider_arn         = trust.saml_provider_arn
      web_identity_provider_arn = try(trust.web_identity.provider_arn, null)
      web_identity_subjects     = try(trust.web_identity.subjects, null)
      web_identity_audience     = try(trust.web_identity.audience, null)
    })))
  }

  personas = {
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

  people = merge(
    { for role, persona in local.personas : role => merge(persona, { name = replace(role, "_", "-") }) if contains(keys(var.trusted), role) },
    {
      for team, lead in var.teams : "team/${team}" => {
        name        = "team-${team}"
        description = "Leads a team: looks at and stops what is its projects', locks members out. Sees no data."
        policy      = one(provider::mlspace::policy_documents("team_admin", merge(local.deployment, local.records, { projects = lead.projects })))
      }
    },
  )

  # What the role that runs Terraform is held to, and holds others to.
  terraform = merge(local.deployment, local.records, {
    permissions_boundary_arn = "${local.policy_arn}-permissions-boundary"
    base_policy_arns = concat(
      ["${local.policy_arn}-notebook-base"],
      [for limit in sort(keys(local.limits)) : "${local.policy_arn}-${limit}"],
    )
  })
}

resource "aws_iam_policy" "people" {
  for_each = local.people

  name        = "${var.name_prefix}-${each.value.name}"
  path        = local.path
  description = each.value.description
  policy      = each.value.policy
  tags        = var.tags
}

resource "aws_iam_role" "people" {
  for_each = local.people

  name               = "${var.name_prefix}-${each.value.name}"
  path               = local.path
  description        = each.value.description
  assume_role_policy = local.trusts[each.key]
  tags               = var.tags

  # The role's policy is its boundary too: whatever is attached besides adds nothing to it.
  permissions_boundary = aws_iam_policy.people[each.key].arn
}

resource "aws_iam_role_policy_attachment" "people" {
  for_each = local.people

  role       = aws_iam_role.people[each.key].name
  policy_arn = aws_iam_policy.people[each.key].arn
}

resource "aws_iam_role_policy_attachment" "guardrails" {
  for_each = merge([
    for role in keys(local.people) : { for name in keys(var.people_policy_arns) : "${role} ${name}" => [role, name] }
  ]...)

  role       = aws_iam_role.people[each.value[0]].name
  policy_arn = var.people_policy_arns[each.value[1]]
}

resource "aws_iam_role" "terraform" {
  count = contains(keys(var.trusted), "terraform") ? 1 : 0

  name                 = "${var.name_prefix}-terraform"
  path                 = local.path
  description          = "Runs Terraform for projects, members, datasets and notebooks."
  assume_role_policy   = local.trusts["terraform"]
  permissions_boundary = aws_iam_policy.terraform_boundary[0].arn
  tags                 = var.tags
}

# Too long for one managed policy, and how many it takes depends on the network, which may not be known before apply.
resource "aws_iam_role_policy" "terraform" {
  count = length(aws_iam_role.terraform)

  name   = "provider"
  role   = aws_iam_role.terraform[0].name
  policy = one(provider::mlspace::pack_policies(provider::mlspace::policy_documents("provider", local.terraform), "inline", 1))
}

resource "aws_iam_policy" "terraform_boundary" {
  count = contains(keys(var.trusted), "terraform") ? 1 : 0

  name        = "${var.name_prefix}-terraform-boundary"
  path        = local.path
  description = "The permissions boundary of the role that runs Terraform."
  policy      = one(provider::mlspace::policy_documents("provider_boundary", local.terraform))
  tags        = var.tags
}
