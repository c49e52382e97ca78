//! What AWS decides of a resource when it is created.

use super::Rows;

pub(super) const ROWS: Rows = &[
    // Amazon EC2
    ("aws_vpc", "id", &["vpc-{hash}"]),
    (
        "aws_vpc",
        "arn",
        &["arn:{partition}:ec2:{region}:{account}:vpc/{id}"],
    ),
    ("aws_subnet", "id", &["subnet-{hash}"]),
    (
        "aws_subnet",
        "arn",
        &["arn:{partition}:ec2:{region}:{account}:subnet/{id}"],
    ),
    ("aws_route_table", "id", &["rtb-{hash}"]),
    (
        "aws_route_table",
        "arn",
        &["arn:{partition}:ec2:{region}:{account}:route-table/{id}"],
    ),
    ("aws_route_table_association", "id", &["rtbassoc-{hash}"]),
    ("aws_route", "id", &["r-{route_table_id}{hash}"]),
    ("aws_internet_gateway", "id", &["igw-{hash}"]),
    (
        "aws_internet_gateway",
        "arn",
        &["arn:{partition}:ec2:{region}:{account}:internet-gateway/{id}"],
    ),
    ("aws_nat_gateway", "id", &["nat-{hash}"]),
    ("aws_eip", "id", &["eipalloc-{hash}"]),
    ("aws_eip", "allocation_id", &["{id}"]),
    (
        "aws_eip",
        "arn",
        &["arn:{partition}:ec2:{region}:{account}:elastic-ip/{id}"],
    ),
    ("aws_eip", "public_ip", &["203.0.113.10"]),
    ("aws_vpc_endpoint", "id", &["vpce-{hash}"]),
    (
        "aws_vpc_endpoint",
        "arn",
        &["arn:{partition}:ec2:{region}:{account}:vpc-endpoint/{id}"],
    ),
    ("aws_vpc_endpoint", "state", &["available"]),
    ("aws_vpc_endpoint", "prefix_list_id", &["pl-{hash}"]),
    (
        "aws_vpc_endpoint",
        "dns_entry.dns_name",
        &["{id}.vpce.{region}.{dns}"],
    ),
    ("aws_vpc_endpoint", "network_interface_ids", &["eni-{hash}"]),
    ("aws_security_group", "id", &["sg-{hash}"]),
    (
        "aws_security_group",
        "arn",
        &["arn:{partition}:ec2:{region}:{account}:security-group/{id}"],
    ),
    ("aws_default_security_group", "id", &["sg-{hash}"]),
    (
        "aws_default_security_group",
        "arn",
        &["arn:{partition}:ec2:{region}:{account}:security-group/{id}"],
    ),
    ("aws_vpc_security_group_ingress_rule", "id", &["sgr-{hash}"]),
    (
        "aws_vpc_security_group_ingress_rule",
        "security_group_rule_id",
        &["{id}"],
    ),
    (
        "aws_vpc_security_group_ingress_rule",
        "arn",
        &["arn:{partition}:ec2:{region}:{account}:security-group-rule/{id}"],
    ),
    ("aws_vpc_security_group_egress_rule", "id", &["sgr-{hash}"]),
    (
        "aws_vpc_security_group_egress_rule",
        "security_group_rule_id",
        &["{id}"],
    ),
    (
        "aws_vpc_security_group_egress_rule",
        "arn",
        &["arn:{partition}:ec2:{region}:{account}:security-group-rule/{id}"],
    ),
    ("aws_network_acl", "id", &["acl-{hash}"]),
    ("aws_default_network_acl", "id", &["acl-{hash}"]),
    ("aws_vpc_dhcp_options", "id", &["dopt-{hash}"]),
    ("aws_flow_log", "id", &["fl-{hash}"]),
    (
        "aws_flow_log",
        "arn",
        &["arn:{partition}:ec2:{region}:{account}:vpc-flow-log/{id}"],
    ),
    // AWS KMS
    ("aws_kms_key", "id", &["{uuid}"]),
    ("aws_kms_key", "key_id", &["{id}"]),
    (
        "aws_kms_key",
        "arn",
        &["arn:{partition}:kms:{region}:{account}:key/{id}"],
    ),
    ("aws_kms_replica_key", "id", &["mrk-{hash}{hash2}"]),
    ("aws_kms_replica_key", "key_id", &["{id}"]),
    (
        "aws_kms_replica_key",
        "arn",
        &["arn:{partition}:kms:{region}:{account}:key/{id}"],
    ),
    ("aws_kms_alias", "id", &["{name}"]),
    (
        "aws_kms_alias",
        "arn",
        &["arn:{partition}:kms:{region}:{account}:{name}"],
    ),
    (
        "aws_kms_alias",
        "target_key_arn",
        &["arn:{partition}:kms:{region}:{account}:key/{last:target_key_id}"],
    ),
    // Amazon S3
    ("aws_s3_bucket", "id", &["{bucket}"]),
    ("aws_s3_bucket", "bucket", &["{bucket_prefix}{hash}"]),
    ("aws_s3_bucket", "arn", &["arn:{partition}:s3:::{bucket}"]),
    (
        "aws_s3_bucket",
        "bucket_domain_name",
        &["{bucket}.s3.{dns}"],
    ),
    ("aws_s3_bucket", "bucket_region", &["{region}"]),
    (
        "aws_s3_bucket",
        "bucket_regional_domain_name",
        &["{bucket}.s3.{region}.{dns}"],
    ),
    // Amazon DynamoDB
    ("aws_dynamodb_table", "id", &["{name}"]),
    (
        "aws_dynamodb_table",
        "arn",
        &["arn:{partition}:dynamodb:{region}:{account}:table/{name}"],
    ),
    // AWS IAM
    ("aws_iam_role", "id", &["{name}"]),
    (
        "aws_iam_role",
        "arn",
        &["arn:{partition}:iam::{account}:role{path}{name}"],
    ),
    ("aws_iam_role", "path", &["/"]),
    ("aws_iam_role", "unique_id", &["AROA{hash}"]),
    ("aws_iam_policy", "id", &["{arn}"]),
    (
        "aws_iam_policy",
        "arn",
        &["arn:{partition}:iam::{account}:policy{path}{name}"],
    ),
    ("aws_iam_policy", "path", &["/"]),
    ("aws_iam_policy", "policy_id", &["ANPA{hash}"]),
    ("aws_iam_role_policy", "id", &["{role}:{name}"]),
    (
        "aws_iam_role_policy_attachment",
        "id",
        &["{role}/{policy_arn}"],
    ),
    (
        "aws_iam_role_policy_attachments_exclusive",
        "id",
        &["{role_name}"],
    ),
    ("aws_iam_role_policies_exclusive", "id", &["{role_name}"]),
    ("aws_iam_instance_profile", "id", &["{name}"]),
    (
        "aws_iam_instance_profile",
        "arn",
        &["arn:{partition}:iam::{account}:instance-profile{path}{name}"],
    ),
    ("aws_iam_instance_profile", "path", &["/"]),
    ("aws_iam_instance_profile", "unique_id", &["AIPA{hash}"]),
    ("aws_iam_service_linked_role", "id", &["{arn}"]),
    (
        "aws_iam_service_linked_role",
        "arn",
        &["arn:{partition}:iam::{account}:role/aws-service-role/{aws_service_name}/{name}"],
    ),
    // AWS Organizations: policies belong to the management account, which the double takes for its own.
    ("aws_organizations_policy", "id", &["p-{hash}"]),
    (
        "aws_organizations_policy",
        "arn",
        &["arn:{partition}:organizations::{account}:policy/o-{hash}/service_control_policy/{id}"],
    ),
    (
        "aws_organizations_policy_attachment",
        "id",
        &["{target_id}:{policy_id}"],
    ),
    // AWS CloudTrail, Amazon CloudWatch, Amazon SNS, Amazon SQS, Amazon EventBridge
    ("aws_cloudtrail", "id", &["{arn}"]),
    (
        "aws_cloudtrail",
        "arn",
        &["arn:{partition}:cloudtrail:{region}:{account}:trail/{name}"],
    ),
    ("aws_cloudtrail", "home_region", &["{region}"]),
    ("aws_cloudwatch_log_group", "id", &["{name}"]),
    (
        "aws_cloudwatch_log_group",
        "arn",
        &["arn:{partition}:logs:{region}:{account}:log-group:{name}"],
    ),
    ("aws_cloudwatch_metric_alarm", "id", &["{alarm_name}"]),
    (
        "aws_cloudwatch_metric_alarm",
        "arn",
        &["arn:{partition}:cloudwatch:{region}:{account}:alarm:{alarm_name}"],
    ),
    (
        "aws_cloudwatch_log_resource_policy",
        "id",
        &["{policy_name}"],
    ),
    (
        "aws_cloudwatch_event_rule",
        "arn",
        &["arn:{partition}:events:{region}:{account}:rule/{name}"],
    ),
    ("aws_sns_topic", "id", &["{arn}"]),
    (
        "aws_sns_topic",
        "arn",
        &["arn:{partition}:sns:{region}:{account}:{name}"],
    ),
    ("aws_sns_topic_policy", "id", &["{arn}"]),
    ("aws_sns_topic_subscription", "id", &["{arn}"]),
    ("aws_sns_topic_subscription", "arn", &["{topic_arn}:{uuid}"]),
    ("aws_sqs_queue", "id", &["{url}"]),
    (
        "aws_sqs_queue",
        "url",
        &["https://sqs.{region}.{dns}/{account}/{name}"],
    ),
    (
        "aws_sqs_queue",
        "arn",
        &["arn:{partition}:sqs:{region}:{account}:{name}"],
    ),
    // Amazon SageMaker
    ("aws_sagemaker_domain", "id", &["d-{hash}"]),
    (
        "aws_sagemaker_domain",
        "arn",
        &["arn:{partition}:sagemaker:{region}:{account}:domain/{id}"],
    ),
    (
        "aws_sagemaker_notebook_instance_lifecycle_configuration",
        "arn",
        &["arn:{partition}:sagemaker:{region}:{account}:notebook-instance-lifecycle-config/{name}"],
    ),
];
