output "vpc_id" {
  description = "Id of the network."
  value       = local.vpc_id
}

output "subnet_ids" {
  description = "Ids of the private subnets, in the order of the zones."
  value       = local.subnet_ids
}

output "security_group_ids" {
  description = "Ids of the workloads' security groups: the new one, or those of the existing network."
  value       = local.workload_group_ids
}

output "endpoint_security_group_id" {
  description = "Id of the interface endpoints' security group."
  value       = aws_security_group.endpoints.id
}

output "prefix_list_ids" {
  description = "Ids of the prefix lists of S3 and DynamoDB (`s3`, `dynamodb`), for rules of other security groups."
  value       = local.prefix_list_ids
}

output "route_table_ids" {
  description = "Ids of the private subnets' route tables."
  value       = local.route_table_ids
}

output "endpoint_ids" {
  description = "Ids of the endpoints by service, new and existing."
  value       = local.endpoint_ids
}

output "s3_endpoint_id" {
  description = "Id of the S3 endpoint, for bucket policies."
  value       = local.endpoint_ids["s3"]
}

output "kms_endpoint_id" {
  description = "Id of the KMS endpoint, for the policy of the data key; null without one."
  value       = lookup(local.endpoint_ids, "kms", null)
}

output "endpoint_policies" {
  description = "Policies of the new endpoints by service, as JSON."
  value       = local.endpoint_policies
}

output "nat_public_ips" {
  description = "Public addresses of workloads on the internet; empty without NAT."
  value       = [for address in aws_eip.nat : address.public_ip]
}

output "flow_log_group_name" {
  description = "Name of the log group of the flow logs; null without them."
  value       = one([for group in aws_cloudwatch_log_group.flow_logs : group.name])
}

output "ip_plan" {
  description = "Number of addresses that the plan needs in the whole network and in one subnet (with all users in it, and with users spread evenly), and the prefixes that fit them."
  value       = local.ip_plan
}

locals {
  endpoint_ids = merge(
    local.existing_endpoints,
    { for service, endpoint in aws_vpc_endpoint.gateway : service => endpoint.id },
    { for service, endpoint in aws_vpc_endpoint.interface : service => endpoint.id },
  )
}
