# Existing keys: checked for their state and, if their policies are given, for the permissions that
# the platform needs.

data "aws_kms_key" "existing" {
  for_each = local.existing_keys

  key_id = each.value.arn

  lifecycle {
    postcondition {
      condition     = self.enabled
      error_message = "The key ${each.value.arn} is disabled or pending deletion: enable it (`aws kms enable-key`), or name another key."
    }
    postcondition {
      condition     = self.customer_master_key_spec == "SYMMETRIC_DEFAULT" && self.key_usage == "ENCRYPT_DECRYPT"
      error_message = "The key ${each.value.arn} is a ${self.customer_master_key_spec} key for ${self.key_usage}. Buckets, volumes and log groups need a symmetric key for ENCRYPT_DECRYPT."
    }
    postcondition {
      condition     = self.key_manager == "CUSTOMER"
      error_message = "The key ${each.value.arn} is managed by AWS, so you cannot set its policy: name a customer managed key."
    }
    precondition {
      condition     = split(":", each.value.arn)[3] == local.account.region
      error_message = "The key ${each.value.arn} is not in ${local.account.region}. Services use only keys of their own region: name a key, or a replica key, of this region."
    }
    postcondition {
      condition     = length(lookup(local.denied_calls, each.key, [])) == 0
      error_message = "The policy of the key ${each.value.arn} denies calls that the platform needs: ${join("; ", lookup(local.denied_calls, each.key, []))}. Compare it with a policy of `provider::mlspace::key_policy`."
    }
    postcondition {
      condition     = !contains(local.open_to_other_accounts, each.key)
      error_message = "The policy of the key ${each.value.arn} allows any account to decrypt: name principals in it, or add a condition on `kms:CallerAccount`."
    }
  }
}

locals {
  existing_keys = { for purpose, key in var.existing_keys : purpose => key if contains(var.purposes, purpose) }
  checked_keys  = { for purpose, key in local.existing_keys : purpose => key if key.policy != null }

  here       = "${local.account.region}:${local.account.account_id}"
  domain     = local.account.partition == "aws-cn" ? "amazonaws.com.cn" : "amazonaws.com"
  trail      = "arn:${local.account.partition}:cloudtrail:${local.here}:trail/check"
  alarm      = "arn:${local.account.partition}:cloudwatch:${local.here}:alarm:check"
  deliveries = "arn:${local.account.partition}:logs:${local.here}:delivery-source:check"
  from       = length(var.endpoint_ids) == 0 ? {} : { "aws:SourceVpce" = [var.endpoint_ids[0]] }
  crypt      = ["kms:Decrypt", "kms:Encrypt", "kms:GenerateDataKey"]

  # Calls of AWS services on the key for logs, with the request context that AWS evaluates.
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
    for purpose, key in local.checked_keys : purpose => concat(
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

  # A pattern of names is evaluated as one of the names that it matches.
  denied_calls = {
    for purpose, callers in local.callers : purpose => distinct(flatten([
      for caller in callers : [
        for actions in [[
          for action in caller.actions : action if !provider::mlspace::resource_policy_allows(
            local.existing_keys[purpose].policy,
            replace(replace(caller.principal, "*", "x"), "?", "x"),
            action,
            local.existing_keys[purpose].arn,
            caller.context,
          )
        ]] : "${caller.principal} is denied ${join(", ", actions)}" if length(actions) > 0
      ]
    ]))
  }

  # An account id of AWS's documentation, which no one uses.
  open_to_other_accounts = [
    for purpose, key in local.checked_keys : purpose if provider::mlspace::resource_policy_allows(
      key.policy,
      "arn:${local.account.partition}:iam::999999999999:role/stranger",
      "kms:Decrypt",
      key.arn,
      local.from,
    )
  ]
}
