variable "name" {
  description = "First part of the names of buckets, tables, keys and the network. `mlspace` gives MLSpace's own names."
  type        = string
  default     = "mlspace"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9-]{1,22}[a-z0-9]$", var.name))
    error_message = "Buckets take lower-case letters, digits and hyphens, and the network's name 24 characters: write 3 to 24 of them, such as `mlspace` or `ml-research`."
  }
}

variable "iam_resource_prefix" {
  description = "First part of the names of memberships' roles and policies, `iam_resource_prefix` of the provider."
  type        = string
  default     = "MLSpace"
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{0,15}$", var.iam_resource_prefix))
    error_message = "Write 1 to 16 letters, digits, `_` and `-`, starting with a letter or digit: the rest of a role's name is made of the project and a hash of the user."
  }
}

variable "system_tag" {
  description = "Value of the tag `system` on everything of the platform, `system_tag` of the provider. Two platforms in one account need two."
  type        = string
  default     = "MLSpace"
  nullable    = false
}

variable "administrator_arns" {
  description = "ARNs of the roles that build the platform: the one that runs this configuration first of all, and one for emergencies. They administer keys and buckets, and come around the endpoints. Names may hold `*`."
  type        = list(string)
  nullable    = false
}

variable "network" {
  description = "The network to make: its addresses and zones, blocks not to overlap, what its subnets must have room for, whether it reaches the internet, its interface endpoints, and whether connections are recorded. See the module `vpc`."
  type = object({
    cidr               = optional(string, "10.0.0.0/16")
    reserved_cidrs     = optional(list(string), [])
    availability_zones = optional(list(string))
    workload_plan = optional(object({
      users              = optional(number, 100)
      instance_types     = optional(number, 2)
      training_instances = optional(number, 1)
      efa                = optional(bool, false)
      growth_percent     = optional(number, 0)
    }), {})
    subnet_prefix       = optional(number)
    nat                 = optional(bool, false)
    interface_endpoints = optional(set(string))
    flow_logs           = optional(bool, true)
  })
  default  = {}
  nullable = false
}

variable "existing" {
  description = "What you have already: a network, to which only the missing endpoints are added (`existing` of the module `vpc`), and keys by purpose, `data` and `logs` (`existing_keys` of the module `kms`)."
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
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(keys(var.existing.keys), ["data", "logs"])) == 0
    error_message = "Existing keys are given for `data`, which volumes share, and `logs`."
  }
}

variable "model_reader_arns" {
  description = "ARNs of the roles of other accounts that deploy models: they read a bucket for models, which is made when there is one."
  type        = list(string)
  default     = []
  nullable    = false
}

variable "trusted" {
  description = "Who may take on the roles `terraform`, `platform_admin`, `data_scientist` and `auditor`; one that is left out is not made. See the module `roles`."
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
  description = "Roles of those who lead teams, by team: its projects, and who may take on the role. See the module `roles`."
  type = map(object({
    projects          = list(string)
    principal_arns    = optional(list(string), [])
    saml_provider_arn = optional(string)
  }))
  default  = {}
  nullable = false
}

variable "limits" {
  description = "What memberships may start: instance types by kind of workload, and services that are switched off. See the module `roles`."
  type = object({
    instance_types  = optional(map(list(string)))
    denied_services = optional(list(string), [])
  })
  default  = {}
  nullable = false
}

variable "guardrails" {
  description = "Ids of guardrails for the account (`service_control`, attached to `target_ids`) and for the roles of people (`people`), with the parameters they ask for. See the module `guardrails`; nobody is held to any unless named."
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
  description = "The trail and its alarms: whether to keep them, days that log groups (the network's too) keep what they hold, addresses that alarms are sent to, and how many denied calls in five minutes raise one. See the module `audit`."
  type = object({
    enabled        = optional(bool, true)
    retention_days = optional(number, 365)
    alarm_emails   = optional(set(string), [])
    denied_calls   = optional(number, 10)
  })
  default  = {}
  nullable = false
}

variable "deletion_protection" {
  description = "Whether DynamoDB refuses to delete the tables. Turn it off, and apply, before a destroy."
  type        = bool
  default     = true
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that takes tags, beside `system`."
  type        = map(string)
  default     = {}
  nullable    = false

  validation {
    condition     = length(setintersection([for key in keys(var.tags) : lower(key)], ["system", "project", "user", "dynamic-user-role"])) == 0
    error_message = "The tags system, project, user and dynamic-user-role say whose something is, and are kept by the platform."
  }
}
