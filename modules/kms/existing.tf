# Keys of your own: found to exist and be fit, and, where their policy is given, asked whether it lets in who needs them.

data "aws_kms_key" "existing" {
  for_each = local.brought

  key_id = each.value.arn

  lifecycle {
    postcondition {
      condition     = self.enabled
      error_message = "The key ${each.value.arn} is disabled or waits for its deletion: enable it (`aws kms enable-key`), or bring another."
    }
    postcondition {
      condition     = self.customer_master_key_spec == "SYMMETRIC_DEFAULT" && self.key_usage == "ENCRYPT_DECRYPT"
      error_message = "The key ${each.value.arn} is a ${self.customer_master_key_spec} key for ${self.key_usage}. Buckets, volumes and log groups take symmetric keys for ENCRYPT_DECRYPT only."
    }
    postcondition {
      condition     = self.key_manager == "CUSTOMER"
      error_message = "The key ${each.value.arn} is managed by AWS, so that its policy cannot be yours: bring one that you manage."
    }
    precondition {
      condition     = split(":", each.value.arn)[3] == local.account.region
      error_message = "The key ${each.value.arn} is of another region than ${local.account.region}. Services use keys of their own region only: bring a key, or a replica of it, from here."
    }
    postcondition {
      condition     = length(lookup(local.refused, each.key, [])) == 0
      error_message = "The policy of the key ${each.value.arn} does not allow what the platform needs of it: ${join("; ", lookup(local.refused, each.key, []))}. Compare it with what `provider::mlspace::key_policy` makes."
    }
    postcondition {
      condition     = !contains(local.strangers, each.key)
      error_message = "The policy of the key ${each.value.arn} lets any account decrypt with it: name principals in it, or add a condition on `kms:CallerAccount`."
    }
  }
}

locals {
  brought = { for purpose, key in var.existing_keys : purpose => key if contains(var.purposes, purpose) }
  judged  = { for purpose, key in local.brought : purpose => key if key.policy != null }

  here       = "${local.account.region}:${local.account.account_id}"
  domain     = local.account.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
  trail      = "arn:${local.account.partition}:cloudtrail:${local.here}:trail/check"
  alarm      = "arn:${local.account.partition}:cloudwatch:${local.here}:alarm:check"
  deliveries = "arn:${local.account.partition}:logs:${local.here}:delivery-source:check"
  from       = length(var.endpoint_ids) == 0 ? {} : { "aws:SourceVpce" = [var.endpoint_ids[0]] }
  crypt      = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]

  # Who needs to do what with the key for logs, and as what AWS would have it evaluated.
  log_callers = {
    cloudtrail = {
      principal = "cloudtrail.amazonaws.com"
      actions   = ["kms:DescribeKey", "kms:GenerateDataKey"]
      context   = { "aws:SourceArn" = [local.trail], "kms:EncryptionContext:aws:cloudtrail:arn" = [local.trail] }
    }
    alarms = {
      principal = "cloudwatch.amazonaws.com"
      actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
      context   = { "aws:SourceArn" = [local.alarm], "aws:SourceAccount" = [local.account.account_id] }
    }
    flow-logs = {
      principal = "delivery.logs.amazonaws.com"
      actions   = local.crypt
      context   = { "aws:SourceArn" = [local.deliveries], "aws:SourceAccount" = [local.account.account_id] }
    }
  }
  log_groups = [for prefix in var.log_group_prefixes : {
    principal = "logs.${local.account.region}.${local.domain}"
    actions   = local.crypt
    context   = { "kms:EncryptionContext:aws:logs:arn" = ["arn:${local.account.partition}:logs:${local.here}:log-group:${prefix}check"] }
  }]

  callers = {
    for purpose, key in local.judged : purpose => concat(
      [for arn in local.access[purpose].user_arns : { principal = arn, actions = local.crypt, context = local.from }],
      [for arn in local.access[purpose].user_arns : {
        principal = arn
        actions   = ["kms:CreateGrant"]
        context   = { "kms:GrantIsForAWSResource" = ["true"] }
      }],
      [for arn in local.access[purpose].reader_arns : { principal = arn, actions = ["kms:Decrypt"], context = local.from }],
      [for service in local.access[purpose].used_by : local.log_callers[service]],
      length(local.access[purpose].log_group_prefixes) == 0 ? [] : local.log_groups,
    )
  }

  # A pattern of names stands for one of the names it matches.
  refused = {
    for purpose, callers in local.callers : purpose => distinct(flatten([
      for caller in callers : [
        for actions in [[
          for action in caller.actions : action if !provider::mlspace::resource_policy_allows(
            local.brought[purpose].policy,
            replace(replace(caller.principal, "*", "x"), "?", "x"),
            action,
            local.brought[purpose].arn,
            caller.context,
          )
        ]] : "${caller.principal} is refused ${join(", ", actions)}" if length(actions) > 0
      ]
    ]))
  }

  # An account of AWS's documentation, that nobody has.
  strangers = [
    for purpose, key in local.judged : purpose if provider::mlspace::resource_policy_allows(
      key.policy,
      "arn:${local.account.partition}:iam::999999999999:role/stranger",
      "kms:Decrypt",
      key.arn,
      local.from,
    )
  ]
}
