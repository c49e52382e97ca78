variable "name" {
  description = "First part of the names of buckets, tables, keys and the network. `mlspace` results in MLSpace's names."
  type        = string
  default     = "mlspace"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "Names of buckets have lower-case letters, digits and hyphens, and the network's name at most 24 characters: write 3 to 24 of them, such as `mlspace` or `ml-research`."
  }
}

variable "iam_resource_prefix" {
  description = "First part of the names of memberships' roles and policies; the provider's `iam_resource_prefix`."
  type        = string
  default     = "MLSpace"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,21}$", var.iam_resource_prefix))
    error_message = "Write 1 to 21 ASCII letters, digits and `_ + = , . @ -`: the project and a hash of the user take the rest of a role's name."
  }
}

variable "system_tag" {
  description = "Value of the tag `system` on the platform's resources; the provider's `system_tag`. Two platforms in one account need two values."
  type        = string
  default     = "MLSpace"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9 _.:/=+@-]{1,256}$", var.system_tag))
    error_message = "Write 1 to 256 ASCII letters, digits, spaces and `_ . : / = + - @`, as the provider requires."
  }
}

variable "administrator_arns" {
  description = "ARNs of the roles that build the platform: the role that runs this configuration, and one for emergencies. They administer keys and buckets from any network. Names can contain `*`."
  type        = list(string)
  nullable    = false
}

variable "network" {
  description = "Settings of a new network: addresses and zones, blocks that it must not overlap, networks of people (`client_cidrs`), capacity of the subnets, internet access through NAT, security groups of projects in place of the common one (`project_security_groups`), interface endpoints, flow logs. See the module `vpc`."
  type = object({
    cidr               = optional(string, "10.0.0.0/16")
    reserved_cidrs     = optional(list(string), [])
    client_cidrs       = optional(list(string), [])
    availability_zones = optional(list(string))
    zone_positions     = optional(map(number))
    workload_plan = optional(object({
      users              = optional(number, 100)
      instance_types     = optional(number, 2)
      training_instances = optional(number, 1)
      efa                = optional(bool, false)
      growth_percent     = optional(number, 0)
    }), {})
    subnet_prefix           = optional(number)
    nat                     = optional(bool, false)
    project_security_groups = optional(bool, false)
    interface_endpoints     = optional(set(string))
    flow_logs               = optional(bool, true)
  })
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for cidr in var.network.client_cidrs : can(cidrhost(cidr, 0)) && can(cidrnetmask(cidr)) && try(tonumber(split("/", cidr)[1]) >= 8, false)])
    error_message = "`client_cidrs` has IPv4 blocks of /8 or smaller, such as `10.8.0.0/14`: the endpoints are not for the whole internet."
  }
}

variable "existing" {
  description = "Existing parts of the platform: a network, to which only missing endpoints are added (`existing` of the module `vpc`), keys for `data`, `tables` and `logs` (`existing_keys` of the module `kms`), buckets outside of the platform that `mlspace_grant` can open to members (`granted` of the module `roles`), which the S3 endpoint then admits too, the group and role of schedules that stop notebooks (`stop_schedules` in `granted`), and whether the role that runs Terraform reads groups of IAM Identity Center (`identity_center`) and keeps budgets of projects (`budgets`)."
  type = object({
    network = optional(object({
      vpc_id             = string
      subnet_ids         = list(string)
      route_table_ids    = list(string)
      security_group_ids = optional(list(string), [])
      endpoint_ids       = optional(map(string), {})
    }))
    keys = optional(map(object({
      arn    = string
      policy = optional(string)
    })), {})
    granted = optional(object({
      buckets  = optional(list(string), [])
      key_arns = optional(list(string), [])
      stop_schedules = optional(object({
        group    = string
        role_arn = string
      }))
      identity_center = optional(bool, false)
      budgets         = optional(bool, false)
    }), {})
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.existing.keys), ["data", "logs", "tables"])) == 0
    error_message = "The purposes of existing keys are `data`, which volumes share, `tables` and `logs`."
  }
}

variable "model_reader_arns" {
  description = "ARNs of roles of other accounts that deploy models. They read a bucket for models, which is created if the list is not empty."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "trusted" {
  description = "Principals that can assume the roles `terraform`, `platform_admin`, `data_scientist` and `auditor`. A role without an entry is not created. See the module `roles`."
  type = map(object({
    principal_arns    = optional(list(string), [])
    saml_provider_arn = optional(string)
    web_identity = optional(object({
      provider_arn = string
      subjects     = list(string)
      audience     = optional(string)
    }))
  }))
  default  = {}
  nullable = false
}

variable "teams" {
  description = "Team admin roles by team: the team's projects, and the principals that can assume the role. See the module `roles`."
  type = map(object({
    projects          = list(string)
    principal_arns    = optional(list(string), [])
    saml_provider_arn = optional(string)
  }))
  default  = {}
  nullable = false
}

variable "limits" {
  description = "Limits of memberships: services that projects can switch on (the boundary admits them, the network has their endpoints, and `settings` has them for the provider block), allowed instance types by kind of workload, and what nobody starts. See the module `roles`."
  type = object({
    services        = optional(set(string), [])
    instance_types  = optional(map(list(string)))
    denied_services = optional(list(string), [])
  })
  default  = {}
  nullable = false
}

variable "guardrails" {
  description = "Ids of guardrails for the account (`service_control`, attached to `target_ids`) and for staff roles (`people`), with their parameters. None by default. See the module `guardrails`."
  type = object({
    service_control           = optional(set(string), [])
    service_control_documents = optional(number)
    target_ids                = optional(set(string), [])
    people                    = optional(set(string), [])
    people_documents          = optional(number)
    parameters                = optional(map(list(string)), {})
  })
  default  = {}
  nullable = false
}

variable "audit" {
  description = "Settings of the trail and its alarms: on or off, retention period of log groups (including the network's) in days, email addresses, and the number of denied calls in five minutes that raises an alarm; see the module `audit`. `cost_allocation_tags`: whether `system`, `project` and `user` become cost allocation tags, by which budgets and reports tell projects' costs apart. Only the account that pays can activate them, which is the management account of an organization, and only about a day after the first resource with a tag exists: until then the apply fails and names the key."
  type = object({
    enabled        = optional(bool, true)
    retention_days = optional(number, 365)
    alarm_emails   = optional(set(string), [])
    denied_calls   = optional(number, 10)

    cost_allocation_tags = optional(bool, false)
  })
  default  = {}
  nullable = false
}

variable "deletion_protection" {
  description = "Deletion protection of the tables. Turn it off, and apply, before a destroy."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of every resource that can have tags, in addition to `system`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setintersection([for key in keys(var.tags) : lower(key)], ["system", "project", "user", "dynamic-user-role"])) == 0
    error_message = "The tags system, project, user and dynamic-user-role identify tenants and are reserved for the platform: remove them."
  }
}
