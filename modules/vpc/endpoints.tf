# Endpoints of AWS services. Each allows only principals and resources of this account, so that no
# data leaves to another account's bucket, table or registry.

locals {
  requested = var.interface_endpoints == null ? toset(["standard"]) : var.interface_endpoints
  services = setunion(
    setsubtract(local.requested, ["standard"]),
    contains(local.requested, "standard") ? setintersection(local.standard_services, keys(local.endpoint_names)) : [],
  )

  existing_endpoints = local.is_new ? {} : var.existing.endpoint_ids
  missing_services   = setsubtract(local.services, keys(local.existing_endpoints))
  missing_gateways   = setsubtract(["s3", "dynamodb"], keys(local.existing_endpoints))
  unknown_services   = setsubtract(local.services, keys(local.endpoint_names))
  unknown_existing   = setsubtract(keys(local.existing_endpoints), concat(keys(local.endpoint_names), ["s3", "dynamodb"]))
  interface_subnets  = local.is_new ? local.subnet_ids : [for ids in values(local.existing_by_zone) : ids[0]]

  endpoint_policies = merge(
    {
      for service in local.missing_services : service => provider::mlspace::endpoint_policy(merge(local.account, {
        service = service
      })) if contains(keys(local.endpoint_names), service)
    },
    {
      for service in local.missing_gateways : service => provider::mlspace::endpoint_policy(merge(
        local.account,
        { service = service },
        service == "s3" ? { buckets = var.bucket_names } : { tables = var.table_names },
      ))
    },
  )
}

# Routes to S3 and DynamoDB: they use no addresses and cost nothing.
resource "aws_vpc_endpoint" "gateway" {
  for_each = local.missing_gateways

  vpc_id            = local.vpc_id
  vpc_endpoint_type = "Gateway"
  service_name      = "com.amazonaws.${local.region}.${each.key}"
  route_table_ids   = local.route_table_ids
  policy            = local.endpoint_policies[each.key]
  tags              = merge(local.tags, { Name = "${var.name}-${each.key}" })
}

resource "aws_vpc_endpoint" "interface" {
  for_each = setsubtract(local.missing_services, local.unknown_services)

  vpc_id              = local.vpc_id
  vpc_endpoint_type   = "Interface"
  service_name        = local.endpoint_names[each.key]
  subnet_ids          = local.interface_subnets
  security_group_ids  = [aws_security_group.endpoints.id]
  private_dns_enabled = true
  policy              = local.endpoint_policies[each.key]
  tags                = merge(local.tags, { Name = "${var.name}-${each.key}" })
}
