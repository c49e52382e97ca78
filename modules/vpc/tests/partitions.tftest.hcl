# The network in each partition, with that partition's names of services and ARNs.

mock_provider "aws" {
  alias           = "china"
  source          = "./tests/aws-cn"
  override_during = plan
}

mock_provider "aws" {
  alias           = "government"
  source          = "./tests/aws-us-gov"
  override_during = plan
}

run "china" {
  command = plan

  providers = { aws = aws.china }

  variables {
    flow_logs = { kms_key_arn = "arn:aws-cn:kms:cn-north-1:123456789012:key/1095" }
  }

  assert {
    condition = { for service in ["ec2", "kms", "notebook", "sagemaker.api", "ssm", "sts"] : service => aws_vpc_endpoint.interface[service].service_name } == {
      "ec2"           = "cn.com.amazonaws.cn-north-1.ec2"
      "kms"           = "com.amazonaws.cn-north-1.kms"
      "notebook"      = "aws.sagemaker.cn-north-1.notebook"
      "sagemaker.api" = "cn.com.amazonaws.cn-north-1.sagemaker.api"
      "ssm"           = "com.amazonaws.cn-north-1.ssm"
      "sts"           = "cn.com.amazonaws.cn-north-1.sts"
    }
    error_message = "Some services have names of their own in China."
  }
  assert {
    condition     = aws_vpc_endpoint.gateway["s3"].service_name == "com.amazonaws.cn-north-1.s3"
    error_message = "Gateways have the usual names."
  }
  assert {
    condition     = !anytrue([for endpoint in merge(aws_vpc_endpoint.gateway, aws_vpc_endpoint.interface) : strcontains(endpoint.policy, "arn:aws:")])
    error_message = "No ARN is of the commercial partition."
  }
  assert {
    condition     = keys(aws_subnet.private) == ["cn-north-1a", "cn-north-1b", "cn-north-1d"]
    error_message = "Zones are taken as the region has them."
  }
}

run "service_missing_in_china" {
  command = plan

  providers = { aws = aws.china }

  variables {
    flow_logs           = null
    interface_endpoints = ["sagemaker.api", "translate"]
  }

  expect_failures = [aws_security_group.endpoints]
}

run "government" {
  command = plan

  providers = { aws = aws.government }

  variables {
    flow_logs = { kms_key_arn = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/1095" }
  }

  assert {
    condition     = aws_vpc_endpoint.interface["sagemaker.api"].service_name == "com.amazonaws.us-gov-west-1.sagemaker.api"
    error_message = "Services have their usual names."
  }
  assert {
    condition     = !anytrue([for document in [aws_iam_policy.flow_logs["this"].policy, aws_iam_role.flow_logs["this"].assume_role_policy, aws_vpc_endpoint.gateway["s3"].policy] : strcontains(document, "arn:aws:")])
    error_message = "No ARN is of the commercial partition."
  }
}
