# Endpoints, security groups and flow logs. Applied on mocks, because ids connect them.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

variables {
  flow_logs    = { kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/1095" }
  bucket_names = ["mlspace-*"]
}

run "endpoints_of_standard_services" {
  command = apply

  assert {
    condition = keys(aws_vpc_endpoint.interface) == [
      "ec2", "ecr.api", "ecr.dkr", "kms", "logs", "monitoring", "notebook", "sagemaker.api", "sagemaker.runtime", "ssm", "sts", "studio",
    ]
    error_message = "What SageMaker's workloads call has an endpoint."
  }
  assert {
    condition = { for service in ["notebook", "sagemaker.api", "studio", "sts"] : service => aws_vpc_endpoint.interface[service].service_name } == {
      "notebook"      = "aws.sagemaker.eu-west-1.notebook"
      "sagemaker.api" = "com.amazonaws.eu-west-1.sagemaker.api"
      "studio"        = "aws.sagemaker.eu-west-1.studio"
      "sts"           = "com.amazonaws.eu-west-1.sts"
    }
    error_message = "Endpoints have the services' names."
  }
  assert {
    condition = alltrue([for endpoint in aws_vpc_endpoint.interface :
      endpoint.private_dns_enabled && endpoint.vpc_endpoint_type == "Interface" && endpoint.security_group_ids == toset([aws_security_group.endpoints.id])
    ])
    error_message = "Endpoints answer to the services' usual names, to workloads only."
  }
  assert {
    condition = { for service, endpoint in aws_vpc_endpoint.gateway : service => [endpoint.service_name, endpoint.vpc_endpoint_type] } == {
      dynamodb = ["com.amazonaws.eu-west-1.dynamodb", "Gateway"]
      s3       = ["com.amazonaws.eu-west-1.s3", "Gateway"]
    }
    error_message = "S3 and DynamoDB are reached by routes."
  }
  assert {
    condition     = toset(keys(output.endpoint_ids)) == setunion(keys(aws_vpc_endpoint.interface), ["dynamodb", "s3"]) && output.s3_endpoint_id == aws_vpc_endpoint.gateway["s3"].id && output.kms_endpoint_id == aws_vpc_endpoint.interface["kms"].id
    error_message = "All of them are given on."
  }
}

run "endpoint_policies_limit_account" {
  command = apply

  assert {
    condition     = length(flatten([for endpoint in merge(aws_vpc_endpoint.gateway, aws_vpc_endpoint.interface) : provider::mlspace::policy_lint(endpoint.policy, "endpoint")])) == 0
    error_message = "The linter finds nothing in the policies."
  }
  # Unlimited would be: any principal, any action, any resource, no condition.
  assert {
    condition = alltrue(flatten([for endpoint in merge(aws_vpc_endpoint.gateway, aws_vpc_endpoint.interface) : [
      for statement in jsondecode(endpoint.policy).Statement : can(statement.Condition) || !contains(flatten([statement.Resource]), "*")
    ]]))
    error_message = "No endpoint has an open policy."
  }
  assert {
    condition = alltrue([for service, endpoint in aws_vpc_endpoint.interface : { for whose in [
      { name = "own", principal = "123456789012", resource = "123456789012" },
      { name = "foreign resource", principal = "123456789012", resource = "999999999999" },
      { name = "foreign principal", principal = "999999999999", resource = "123456789012" },
      ] : whose.name => provider::mlspace::policy_allows(
      [endpoint.policy],
      "arn:aws:iam::${whose.principal}:role/r",
      "${split(".", service)[0]}:PutAnything",
      "arn:aws:${split(".", service)[0]}:eu-west-1:${whose.resource}:thing/t",
      { "aws:ResourceAccount" = [whose.resource] },
    ) } == { "own" = true, "foreign resource" = false, "foreign principal" = false }])
    error_message = "Interface endpoints take this account's principals to this account's resources."
  }
  assert {
    condition = { for bucket in [
      { name = "own", arn = "arn:aws:s3:::mlspace-data-123456789012/x", account = "123456789012" },
      { name = "foreign of that name", arn = "arn:aws:s3:::mlspace-loot/x", account = "999999999999" },
      { name = "own of another name", arn = "arn:aws:s3:::payroll/x", account = "123456789012" },
      ] : bucket.name => provider::mlspace::policy_allows(
      [aws_vpc_endpoint.gateway["s3"].policy],
      "arn:aws:iam::123456789012:role/MLSpace-fraud-1",
      "s3:PutObject",
      bucket.arn,
      { "aws:ResourceAccount" = [bucket.account] },
    ) } == { "own" = true, "foreign of that name" = false, "own of another name" = false }
    error_message = "S3 is written in the platform's buckets only, not in another account's of like names."
  }
  assert {
    condition = [for action in ["s3:GetObject", "s3:PutObject"] : provider::mlspace::policy_allows(
      [aws_vpc_endpoint.gateway["s3"].policy],
      "arn:aws:iam::123456789012:role/MLSpace-fraud-1",
      action,
      "arn:aws:s3:::prod-eu-west-1-starport-layer-bucket/layer",
      { "aws:ResourceAccount" = ["999999999999"] },
    )] == [true, false]
    error_message = "Layers of images are read, and nothing is written to their bucket."
  }
  assert {
    condition = [for table in ["mlspace-projects", "payroll"] : provider::mlspace::policy_allows(
      [aws_vpc_endpoint.gateway["dynamodb"].policy],
      "arn:aws:iam::123456789012:role/app",
      "dynamodb:GetItem",
      "arn:aws:dynamodb:eu-west-1:123456789012:table/${table}",
      {},
    )] == [true, false]
    error_message = "DynamoDB is reached for the platform's tables only."
  }
}

run "inbound_rules_name_workloads" {
  command = apply

  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.from_workloads : rule.cidr_ipv4 == null && rule.cidr_ipv6 == null && rule.prefix_list_id == null && rule.referenced_security_group_id == aws_security_group.workloads[0].id])
    error_message = "Inbound rules name workloads, never addresses."
  }
  assert {
    condition     = alltrue([for rule in aws_vpc_security_group_ingress_rule.from_workloads : rule.security_group_id == aws_security_group.endpoints.id && rule.ip_protocol == "tcp" && rule.from_port == 443 && rule.to_port == 443])
    error_message = "Endpoints accept HTTPS only."
  }
  assert {
    condition     = length(aws_default_security_group.this) == 1
    error_message = "The network's default group is emptied."
  }
}

run "outbound_rules_of_workloads" {
  command = apply

  assert {
    condition     = aws_vpc_security_group_egress_rule.to_endpoints[0].referenced_security_group_id == aws_security_group.endpoints.id
    error_message = "Workloads reach interface endpoints."
  }
  assert {
    condition     = keys(aws_vpc_security_group_egress_rule.to_gateways) == ["dynamodb", "s3"] && alltrue([for rule in aws_vpc_security_group_egress_rule.to_gateways : rule.prefix_list_id != null && rule.cidr_ipv4 == null && rule.from_port == 443])
    error_message = "Workloads reach S3 and DynamoDB at the addresses that AWS lists."
  }
}

run "flow_logs" {
  command = apply

  assert {
    condition     = aws_flow_log.this["this"].traffic_type == "ALL" && aws_flow_log.this["this"].vpc_id == aws_vpc.this[0].id
    error_message = "Every connection of the network is recorded."
  }
  assert {
    condition     = aws_cloudwatch_log_group.flow_logs["this"].kms_key_id == "arn:aws:kms:eu-west-1:123456789012:key/1095" && aws_cloudwatch_log_group.flow_logs["this"].retention_in_days == 365
    error_message = "The record is encrypted with the given key and kept for a year."
  }
  assert {
    condition     = aws_iam_role.flow_logs["this"].permissions_boundary == aws_iam_policy.flow_logs["this"].arn
    error_message = "The role that writes it has a boundary."
  }
  assert {
    condition = [for account in ["123456789012", "999999999999"] : provider::mlspace::resource_policy_allows(
      aws_iam_role.flow_logs["this"].assume_role_policy,
      "vpc-flow-logs.amazonaws.com",
      "sts:AssumeRole",
      "arn:aws:iam::123456789012:role/mlspace-flow-logs-eu-west-1",
      { "aws:SourceAccount" = [account], "aws:SourceArn" = ["arn:aws:ec2:eu-west-1:${account}:vpc-flow-log/fl-0a1b"] },
    )] == [true, false]
    error_message = "Flow logs of this account only are written with the role."
  }
  assert {
    condition = [for action in ["logs:PutLogEvents", "logs:DeleteLogStream"] : provider::mlspace::policy_allows(
      [aws_iam_policy.flow_logs["this"].policy],
      "arn:aws:iam::123456789012:role/mlspace-flow-logs-eu-west-1",
      action,
      "arn:aws:logs:eu-west-1:123456789012:log-group:${aws_cloudwatch_log_group.flow_logs["this"].name}:log-stream:eni-1",
      {},
    )] == [true, false]
    error_message = "The role writes the record, and deletes nothing of it."
  }
}

run "endpoints_beside_the_standard_ones" {
  command = plan

  variables {
    interface_endpoints = ["standard", "sagemaker.metrics", "sagemaker.featurestore-runtime", "experiments"]
  }

  assert {
    condition = alltrue([
      for service, name in {
        "sagemaker.metrics"              = "com.amazonaws.eu-west-1.sagemaker.metrics"
        "sagemaker.featurestore-runtime" = "com.amazonaws.eu-west-1.sagemaker.featurestore-runtime"
        "experiments"                    = "aws.sagemaker.eu-west-1.experiments"
        "sagemaker.api"                  = "com.amazonaws.eu-west-1.sagemaker.api"
      } : aws_vpc_endpoint.interface[service].service_name == name
    ])
    error_message = "Further services must have their endpoints beside the standard ones."
  }
}

run "fewer_endpoints" {
  command = apply

  variables {
    interface_endpoints = ["sagemaker.api", "sagemaker.runtime", "bedrock-runtime"]
    flow_logs           = null
  }

  assert {
    condition     = keys(aws_vpc_endpoint.interface) == ["bedrock-runtime", "sagemaker.api", "sagemaker.runtime"] && output.kms_endpoint_id == null
    error_message = "The chosen services have endpoints, and no others."
  }
  assert {
    condition     = length(aws_flow_log.this) + length(aws_iam_role.flow_logs) + length(aws_cloudwatch_log_group.flow_logs) == 0 && output.flow_log_group_name == null
    error_message = "`flow_logs = null` creates no flow logs."
  }
}
