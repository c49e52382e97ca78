# Guardrails, selected by id and packed into as few policies as they need.

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

data "aws_region" "current" {}

locals {
  parameters = merge(
    {
      account_id  = [data.aws_caller_identity.current.account_id]
      name_prefix = [var.name_prefix]
      partition   = [data.aws_partition.current.partition]
      region      = [data.aws_region.current.id]
    },
    var.parameters,
  )

  # The function rejects parameters that a guardrail does not have, while `var.parameters` is for all
  # chosen guardrails.
  guardrails = provider::mlspace::guardrails()
  own_parameters = {
    for id in setunion(var.service_control, var.role, var.boundary) : id => {
      for name, values in local.parameters : name => values
      if contains(concat(local.guardrails[id].parameters, local.guardrails[id].optional_parameters), name)
    }
  }

  # Exemptions apply to service control policies only, which bind a whole account; the other
  # policies bind roles that you choose.
  exempt = length(var.exempt_principal_arns) > 0 ? { exempt_principal_arns = sort(var.exempt_principal_arns) } : {}

  service_control = provider::mlspace::pack_policies(
    [for id in sort(var.service_control) : provider::mlspace::guardrail(id, merge(local.own_parameters[id], local.exempt))],
    "scp",
    var.service_control_documents == null ? 4 : var.service_control_documents,
  )
  role = provider::mlspace::pack_policies(
    [for id in sort(var.role) : provider::mlspace::guardrail(id, local.own_parameters[id])],
    "managed",
    var.role_documents == null ? 9 : var.role_documents,
  )
  boundary = provider::mlspace::pack_policies(
    [for id in sort(var.boundary) : provider::mlspace::guardrail(id, local.own_parameters[id])],
    "boundary",
    1,
  )

  # `count` needs numbers at plan time, even if the documents are known only after apply.
  service_control_count = length(var.service_control) == 0 ? 0 : (
    var.service_control_documents == null ? length(local.service_control) : var.service_control_documents
  )
  role_count = length(var.role) == 0 ? 0 : var.role_documents == null ? length(local.role) : var.role_documents
}

resource "aws_organizations_policy" "this" {
  count = local.service_control_count

  name        = "${var.name_prefix}-guardrails-${count.index + 1}"
  description = "Guardrails for machine learning: ${join(", ", sort(var.service_control))}"
  type        = "SERVICE_CONTROL_POLICY"
  content     = local.service_control[count.index]
  tags        = var.tags

  lifecycle {
    precondition {
      condition     = length(local.service_control) == local.service_control_count
      error_message = "The guardrails fit into ${length(local.service_control)} service control policies: set `service_control_documents` to this number."
    }
  }
}

resource "aws_organizations_policy_attachment" "this" {
  for_each = merge([
    for number in range(local.service_control_count) : { for target in var.target_ids : "${number + 1}/${target}" => number }
  ]...)

  policy_id = aws_organizations_policy.this[each.value].id
  target_id = split("/", each.key)[1]
}

resource "aws_iam_policy" "this" {
  count = local.role_count

  name        = "${var.name_prefix}-guardrails-${count.index + 1}"
  path        = var.path
  description = "Guardrails for machine learning: ${join(", ", sort(var.role))}"
  policy      = local.role[count.index]
  tags        = var.tags

  lifecycle {
    precondition {
      condition     = length(local.role) == local.role_count
      error_message = "The guardrails fit into ${length(local.role)} managed policies: set `role_documents` to this number."
    }
  }
}
