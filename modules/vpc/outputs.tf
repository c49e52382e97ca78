output "vpc_id" {
  description = "Id of the network."
  value       = local.vpc_id
}

output "subnet_ids" {
  description = "Ids of the private subnets, in the order of the zones."
  value       = local.subnet_ids
}

output "security_group_ids" {
  description = "Ids of the workloads' security groups: the one made here, or those of the existing network."
  value       = local.workload_group_ids
}

output "endpoint_security_group_id" {
  description = "Id of the interface endpoints' security group."
  value       = aws_security_group.endpoints.id
}

output "route_table_ids" {
  description = "Ids of the private subnets' route tables."
  value       = local.route_table_ids
}

output "endpoint_ids" {
  description = "Ids of the endpoints by service, made here or present before."
  value       = local.endpoint_ids
}

output "s3_endpoint_id" {
  description = "Id of the endpoint of S3, for the policies of buckets."
  value       = local.endpoint_ids["s3"]
}

output "kms_endpoint_id" {
  description = "Id of the endpoint of KMS, for the policy of the data key; null without one."
  value       = lookup(local.endpoint_ids, "kms", null)
}

output "endpoint_policies" {
  description = "Policies of the endpoints that were made here, by service, as JSON."
  value       = local.endpoint_policies
}

output "nat_public_ips" {
  description = "Addresses under which workloads appear on the internet; none without NAT."
  value       = [for address in aws_eip.nat : address.public_ip]
}

output "flow_log_group_name" {
  description = "Name of the log group of the flow logs; null without them."
  value       = one([for group in aws_cloudwatch_log_group.flow_logs : group.name])
}

output "ip_plan" {
  description = "Addresses that the plan needs: in the whole network, in one subnet at worst and on balance, and the prefixes that hold them."
  value       = local.ip_plan
}

locals {
  endpoint_ids = merge(
    local.present,
    { for service, endpoint in aws_vpc_endpoint.gateway : service => endpoint.id },
    { for service, endpoint in aws_vpc_endpoint.interface : service => endpoint.id },
  )
}
