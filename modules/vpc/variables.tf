variable "name" {
  description = "Name of the network and first part of the names in it."
  type        = string
  default     = "mlspace"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]{0,23}$", var.name))
    error_message = "Write a name of at most 24 letters, digits and hyphens."
  }
}

variable "cidr" {
  description = "CIDR block of the network, /16 to /24."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(tonumber(split("/", var.cidr)[1]), 0) >= 16 && try(tonumber(split("/", var.cidr)[1]), 99) <= 24
    error_message = "Write an IPv4 block of /16 to /24, such as `10.0.0.0/16`: AWS accepts none larger, and smaller ones have no space for the endpoints."
  }

  validation {
    condition     = try(cidrhost(var.cidr, 0) == split("/", var.cidr)[0], true)
    error_message = "The block does not begin at ${try(split("/", var.cidr)[0], "this address")}: write ${try(cidrhost(var.cidr, 0), "its first address")}/${try(split("/", var.cidr)[1], "n")} if you mean that block."
  }
}

variable "reserved_cidrs" {
  description = "CIDR blocks that the network must not overlap, such as those of your offices and of networks that you peer with or reach through a transit gateway."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.reserved_cidrs : can(cidrhost(cidr, 0)) && can(cidrnetmask(cidr))])
    error_message = "Write IPv4 blocks, such as `10.8.0.0/14`."
  }
}

variable "availability_zones" {
  description = "Names of the availability zones in alphabetical order, 1 to 6; by default the first three of the region. The first zone has the first blocks. Use `zone_positions` to add a zone before others or to remove one without moving others."
  type        = list(string)
  default     = null

  validation {
    condition     = var.availability_zones == null || (try(length(var.availability_zones), 0) >= 1 && try(length(var.availability_zones), 0) <= 6)
    error_message = "Name 1 to 6 availability zones: SageMaker needs one, and no region has more than 6. Two or three are usual, because each adds an address and a fee for every interface endpoint."
  }

  validation {
    condition     = try(var.availability_zones == tolist(sort(var.availability_zones)), true)
    error_message = "List the zones in alphabetical order: a subnet's block depends on its zone's position, so another order would replace subnets. To keep the blocks of an existing network, give `zone_positions` instead: { ${try(join(", ", [for n, zone in var.availability_zones : "\"${zone}\" = ${n}"]), "")} }."
  }

  validation {
    condition     = try(length(distinct(var.availability_zones)) == length(var.availability_zones), true)
    error_message = "An availability zone is named twice, but an interface endpoint uses one subnet of each: remove one."
  }
}

variable "zone_positions" {
  description = "Positions of the zones' blocks, from 0, by name of the zone: `{ \"us-east-1c\" = 0, \"us-east-1b\" = 1 }`. It takes the place of `availability_zones`. A zone keeps its subnet as long as it keeps its position."
  type        = map(number)
  default     = null

  validation {
    condition     = var.zone_positions == null || (try(length(var.zone_positions), 0) >= 1 && try(length(var.zone_positions), 0) <= 6)
    error_message = "Name 1 to 6 availability zones: SageMaker needs one, and no region has more than 6."
  }

  validation {
    condition     = try(alltrue([for position in values(var.zone_positions) : position >= 0 && position < 16 && floor(position) == position]), true)
    error_message = "Positions are whole numbers from 0 to 15."
  }

  validation {
    condition     = try(length(distinct(values(var.zone_positions))) == length(var.zone_positions), true)
    error_message = "Two zones have the same position, and would have the same block: give each its own."
  }
}

variable "workload_plan" {
  description = "Capacity of the subnets: users who work at the same time, instance types and training instances that each of them runs (`efa` for instances with Elastic Fabric Adapters, which use five addresses instead of two), and growth in percent."
  type = object({
    users              = optional(number, 100)
    instance_types     = optional(number, 2)
    training_instances = optional(number, 1)
    efa                = optional(bool, false)
    growth_percent     = optional(number, 0)
  })
  default  = {}
  nullable = false
}

variable "subnet_prefix" {
  description = "Prefix length of every private subnet, such as 22; by default large enough for all users of `workload_plan` in one subnet."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.subnet_prefix, 24) >= 16 && coalesce(var.subnet_prefix, 24) <= 27
    error_message = "Write a prefix of /16 to /27: the endpoints alone fill a smaller subnet."
  }
}

variable "nat" {
  description = "Internet access of workloads, through a NAT gateway in each zone. Data can then leave through any website, past endpoint and bucket policies. With an existing network, it accepts route tables with routes to the internet."
  type        = bool
  default     = false
  nullable    = false
}

variable "interface_endpoints" {
  description = "Services with an interface endpoint, by the names in services.tf. `standard`, the default, stands for the services that SageMaker's workloads need. Leave out `studio` or `notebook` if you do not use them."
  type        = set(string)
  default     = null
}

variable "bucket_names" {
  description = "Buckets of this account that the S3 endpoint allows: names, or first parts of names that end with `*`."
  type        = list(string)
  default     = ["mlspace-*"]
  nullable    = false

  validation {
    condition     = length(var.bucket_names) > 0 && alltrue([for name in var.bucket_names : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9*]$", name))])
    error_message = "Write names of buckets, or at least their first three characters with `*` at the end, such as `mlspace-*`: `*` alone would let workloads write to any bucket of the account."
  }
}

variable "table_names" {
  description = "DynamoDB tables of this account that the DynamoDB endpoint allows."
  type        = list(string)
  default = [
    "mlspace-app-configuration", "mlspace-datasets", "mlspace-group-datasets", "mlspace-group-membership-history",
    "mlspace-group-users", "mlspace-groups", "mlspace-project-groups", "mlspace-project-users", "mlspace-projects",
    "mlspace-resource-metadata", "mlspace-resource-schedule", "mlspace-users",
  ]
  nullable = false

  validation {
    condition     = length(var.table_names) > 0 && alltrue([for name in var.table_names : can(regex("^[A-Za-z0-9_.-]{3,255}$", name))])
    error_message = "Write the full names of tables, such as `mlspace-projects`: wildcards would also allow other tables."
  }
}

variable "flow_logs" {
  description = "Flow logs of every connection: the key that encrypts the log group, and its retention period in days. Write `null` for none, or if an existing network has its own."
  type = object({
    kms_key_arn    = string
    retention_days = optional(number, 365)
  })

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.flow_logs.kms_key_arn)) || var.flow_logs == null
    error_message = "Name the key by its ARN, such as `arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`: CloudWatch Logs does not accept an alias."
  }

  validation {
    condition     = try(contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.flow_logs.retention_days), var.flow_logs == null)
    error_message = "The retention periods of CloudWatch Logs are 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "existing" {
  description = "Existing network, to which only missing endpoints are added: its private subnets, their route tables, the workloads' security groups if any, and its endpoints by service (`s3`, `dynamodb`, or as in services.tf)."
  type = object({
    vpc_id             = string
    subnet_ids         = list(string)
    route_table_ids    = list(string)
    security_group_ids = optional(list(string), [])
    endpoint_ids       = optional(map(string), {})
  })
  default = null

  validation {
    condition     = try(length(var.existing.subnet_ids) >= 1 && length(var.existing.subnet_ids) <= 16, var.existing == null)
    error_message = "Name 1 to 16 private subnets of the network, the number that SageMaker accepts."
  }

  validation {
    condition     = try(length(var.existing.route_table_ids) >= 1, var.existing == null)
    error_message = "Name the route tables of the private subnets (the main one, if they have none of their own): the endpoints of S3 and DynamoDB are routes in them."
  }

  validation {
    condition     = try(length(var.existing.security_group_ids) <= 5, var.existing == null)
    error_message = "Name at most 5 security groups, the number that SageMaker accepts."
  }
}

variable "tags" {
  description = "Tags of every resource that can have tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
