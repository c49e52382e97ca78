variable "name" {
  description = "Name of the project: 1 to 24 letters and digits. Changing it replaces everything in the module."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^[A-Za-z0-9]{1,24}$", var.name))
    error_message = "Write 1 to 24 ASCII letters and digits: the name becomes part of names in IAM, and names of the members' resources begin with it."
  }
}

variable "network" {
  description = "The network of the platform: `network` of the module `platform`, or outputs of the module `vpc`: its id, the security group of its interface endpoints, the prefix lists of S3 and DynamoDB, and the value of the tag `system`, as in the provider's configuration. The base policy compares the tags `system` and `project` of a security group with those of a workload's role."
  type = object({
    vpc_id                     = string
    endpoint_security_group_id = string
    prefix_list_ids            = map(string)
    system_tag                 = optional(string, "MLSpace")
  })
  nullable = false

  validation {
    condition     = can(regex("^vpc-[0-9a-z]+$", var.network.vpc_id)) && can(regex("^sg-[0-9a-z]+$", var.network.endpoint_security_group_id))
    error_message = "Write the ids of the network and of the endpoints' security group, such as vpc-0a1b2c3d4e5f60718 and sg-0123456789abcdef0."
  }

  validation {
    condition     = length(setsubtract(keys(var.network.prefix_list_ids), ["s3", "dynamodb"])) == 0 && contains(keys(var.network.prefix_list_ids), "s3")
    error_message = "`prefix_list_ids` has `s3`, and `dynamodb` if workloads read tables: without S3, no job reads its input."
  }

  validation {
    condition     = can(regex("^[A-Za-z0-9 _.:/=+@-]{1,256}$", var.network.system_tag))
    error_message = "`system_tag` has 1 to 256 ASCII letters, digits, spaces and `_ . : / = + - @`, as the provider requires."
  }
}

variable "members" {
  description = "Members by name of the user, and whether they own the project: `{ alice = { owner = true }, bob = {} }`."
  type = map(object({
    owner = optional(bool, false)
  }))
  default  = {}
  nullable = false
}

variable "groups" {
  description = "Groups whose users are members, by name of the group, and whether they own the project. Write `(mlspace_group.NAME.name)` as key, so that the group is created before. `allow_ownerless_projects`, applied beforehand, lets the last owners go."
  type = map(object({
    owner                    = optional(bool, false)
    allow_ownerless_projects = optional(bool, false)
  }))
  default  = {}
  nullable = false
}

variable "datasets" {
  description = "Datasets of the project: descriptions by name."
  type        = map(string)
  default     = {}
  nullable    = false
}

variable "description" {
  description = "What the project is for."
  type        = string
  default     = ""
  nullable    = false
}

variable "suspended" {
  description = "Whether everything is denied to the members, and notebooks are stopped."
  type        = bool
  default     = false
  nullable    = false
}

variable "sharing" {
  description = "What members see of each other's resources: `project`, or `user` for their own only."
  type        = string
  default     = "project"
  nullable    = false

  validation {
    condition     = contains(["project", "user"], var.sharing)
    error_message = "Write `project` or `user`."
  }
}

variable "services" {
  description = "Services that members can use, among those that the platform offers (`limits.services` of the module `platform`): `names` of services, models and inference profiles of Bedrock with the guardrail that requests have to name, and repositories of CodeArtifact. A null or empty one is off."
  type = object({
    names = optional(set(string), [])
    bedrock = optional(object({
      model_arns    = list(string)
      guardrail_arn = optional(string)
    }))
    codeartifact_repository_arns = optional(list(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = length(setsubtract(var.services.names, setsubtract(keys(provider::mlspace::services()), ["bedrock", "codeartifact"]))) == 0
    error_message = "At least one of the names is not a service that projects can switch on here. The names are: ${join(", ", setsubtract(keys(provider::mlspace::services()), ["bedrock", "codeartifact"]))}. Bedrock and CodeArtifact have settings of their own, `bedrock` and `codeartifact_repository_arns`."
  }
}

variable "limits" {
  description = "Limits of the project's workloads, as in `limits` of `mlspace_project`. By default those of the provider."
  type = object({
    max_runtime                = optional(string)
    max_warm_pool              = optional(string)
    traffic_encryption         = optional(bool)
    network_isolation          = optional(bool)
    max_serverless_concurrency = optional(number)
    max_notebook_volume_size   = optional(number)
    instance_types = optional(object({
      notebook   = optional(list(string))
      training   = optional(list(string))
      processing = optional(list(string))
      transform  = optional(list(string))
      endpoint   = optional(list(string))
    }))
  })
  default = null
}

variable "termination" {
  description = "When notebooks stop and endpoints are removed, as in `termination` of `mlspace_project`."
  type = object({
    default_notebook_stop_time    = optional(string)
    allow_notebook_owner_override = optional(bool)
    default_endpoint_ttl_hours    = optional(number)
    allow_endpoint_owner_override = optional(bool)
    default_emr_cluster_ttl_hours = optional(number)
    allow_emr_owner_override      = optional(bool)
  })
  default = null
}

variable "egress" {
  description = "Further connections that workloads can open, by what they are for: a TCP port of a block of addresses (`cidr`), of a prefix list or of a security group, such as a database's. What is reached so is reached by all members, and past the endpoints' policies."
  type = map(object({
    port              = number
    cidr              = optional(string)
    prefix_list_id    = optional(string)
    security_group_id = optional(string)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for rule in values(var.egress) : length([for to in [rule.cidr, rule.prefix_list_id, rule.security_group_id] : to if to != null]) == 1])
    error_message = "Each rule names one of `cidr`, `prefix_list_id` and `security_group_id`."
  }

  validation {
    condition     = alltrue([for what in keys(var.egress) : can(regex("^[A-Za-z0-9 ._:/()#,@+=&;{}!$*\\[\\]-]{1,255}$", what))])
    error_message = "The key of a rule is its description: 1 to 255 letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*."
  }

  validation {
    condition     = alltrue([for rule in values(var.egress) : rule.port >= 1 && rule.port <= 65535 && floor(rule.port) == rule.port])
    error_message = "`port` is a whole number from 1 to 65535."
  }
}

variable "force_destroy" {
  description = "Whether destroying the project also removes its members, datasets with their objects, notebooks and user profiles that this configuration does not know."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of the security group and its rules, in addition to `system`, `project` and `Name`."
  type        = map(string)
  default     = {}
  nullable    = false
}
