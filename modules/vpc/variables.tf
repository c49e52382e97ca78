variable "name" {
  description = "Name of the network and first part of the names in it."
  type        = string
  default     = "mlspace"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9-]{0,23}$", var.name))
    error_message = "Write a name of letters, digits and hyphens, of 24 characters at most."
  }
}

variable "cidr" {
  description = "Addresses of the network, a block of /16 to /24."
  type        = string
  default     = "10.0.0.0/16"
  nullable    = false

  validation {
    condition     = can(cidrhost(var.cidr, 0)) && try(tonumber(split("/", var.cidr)[1]), 0) >= 16 && try(tonumber(split("/", var.cidr)[1]), 99) <= 24
    error_message = "Write a block of IPv4 addresses of /16 to /24, such as `10.0.0.0/16`: AWS takes none larger, and smaller ones have no room for the endpoints."
  }

  validation {
    condition     = try(cidrhost(var.cidr, 0) == split("/", var.cidr)[0], true)
    error_message = "The block does not begin at ${try(split("/", var.cidr)[0], "this address")}: write ${try(cidrhost(var.cidr, 0), "its first address")}/${try(split("/", var.cidr)[1], "n")} if that is the block you mean."
  }
}

variable "reserved_cidrs" {
  description = "Blocks that the network must not overlap: those of your offices and of networks that you will peer with or reach through a transit gateway."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for cidr in var.reserved_cidrs : can(cidrhost(cidr, 0)) && can(cidrnetmask(cidr))])
    error_message = "Write blocks of IPv4 addresses, such as `10.8.0.0/14`."
  }
}

variable "availability_zones" {
  description = "Names of the availability zones, 1 to 6; without any, the first three of the region. Add further ones at the end: a subnet keeps its place in the list."
  type        = list(string)
  default     = null

  validation {
    condition     = var.availability_zones == null || (try(length(var.availability_zones), 0) >= 1 && try(length(var.availability_zones), 0) <= 6)
    error_message = "Name 1 to 6 availability zones: SageMaker needs one, and no region has more than 6. Two or three are usual, since each costs an address and a fee for every interface endpoint."
  }

  validation {
    condition     = try(length(distinct(var.availability_zones)) == length(var.availability_zones), true)
    error_message = "An availability zone is named twice: an interface endpoint takes one subnet of each."
  }
}

variable "workload_plan" {
  description = "What the subnets must have room for: users at work at the same time, instance types each of them runs, training instances each of them runs (`efa` for those with Elastic Fabric Adapters, which take five addresses instead of two), and growth in percent."
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
  description = "Prefix length of every private subnet, such as 22; without one, what `workload_plan` needs when all users land in one subnet."
  type        = number
  default     = null

  validation {
    condition     = coalesce(var.subnet_prefix, 24) >= 16 && coalesce(var.subnet_prefix, 24) <= 27
    error_message = "A private subnet is a /16 to /27: the endpoints alone fill a smaller one."
  }
}

variable "nat" {
  description = "Whether workloads reach the internet, through a NAT gateway in each zone. What endpoint and bucket policies keep inside can then leave by any website; of an existing network it says that routes to the internet are meant."
  type        = bool
  default     = false
  nullable    = false
}

variable "interface_endpoints" {
  description = "Services with an interface endpoint, by the names in catalogue.tf; without any, what SageMaker's workloads call to work at all. Leave out `studio` or `notebook` where you do not use them."
  type        = set(string)
  default     = null
}

variable "bucket_names" {
  description = "Buckets of this account that are reached through the S3 endpoint: names, or first parts of names ended by `*`."
  type        = list(string)
  default     = ["mlspace-*"]
  nullable    = false

  validation {
    condition     = length(var.bucket_names) > 0 && alltrue([for name in var.bucket_names : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9*]$", name))])
    error_message = "Write names of buckets, or at least the first three characters of them with `*` at the end, such as `mlspace-*`: a lone `*` would let workloads carry data to any bucket of the account."
  }
}

variable "table_names" {
  description = "DynamoDB tables of this account that are reached through its endpoint."
  type        = list(string)
  default = [
    "mlspace-app-configuration", "mlspace-datasets", "mlspace-group-datasets", "mlspace-group-membership-history",
    "mlspace-group-users", "mlspace-groups", "mlspace-project-groups", "mlspace-project-users", "mlspace-projects",
    "mlspace-resource-metadata", "mlspace-resource-schedule", "mlspace-users",
  ]
  nullable = false

  validation {
    condition     = length(var.table_names) > 0 && alltrue([for name in var.table_names : can(regex("^[A-Za-z0-9_.-]{3,255}$", name))])
    error_message = "Write the whole names of tables, such as `mlspace-projects`; wildcards would open tables that are not the platform's."
  }
}

variable "flow_logs" {
  description = "Where the record of every connection goes: the key that encrypts the log group, and how long it is kept. Write `null` to do without, or where an existing network has its own."
  type = object({
    kms_key_arn    = string
    retention_days = optional(number, 365)
  })

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.flow_logs.kms_key_arn)) || var.flow_logs == null
    error_message = "Name the key by its ARN, such as `arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`: CloudWatch Logs takes no alias."
  }

  validation {
    condition     = try(contains([1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653], var.flow_logs.retention_days), var.flow_logs == null)
    error_message = "CloudWatch Logs keeps logs for 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288 or 3653 days."
  }
}

variable "existing" {
  description = "A network of your own, to which only what is missing is added: its private subnets, their route tables, the workloads' security groups if there are any, and by service (`s3`, `dynamodb`, or as in catalogue.tf) the endpoints that it has."
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
    error_message = "Name 1 to 16 private subnets of the network: that is what SageMaker takes."
  }

  validation {
    condition     = try(length(var.existing.route_table_ids) >= 1, var.existing == null)
    error_message = "Name the route tables of the private subnets (the main one, where they have none of their own): the endpoints of S3 and DynamoDB are routes in them."
  }

  validation {
    condition     = try(length(var.existing.security_group_ids) <= 5, var.existing == null)
    error_message = "SageMaker takes 5 security groups at most."
  }
}

variable "tags" {
  description = "Tags of everything that takes tags."
  type        = map(string)
  default     = {}
  nullable    = false
}
