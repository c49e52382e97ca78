variable "data_bucket" {
  description = "Name of the bucket that holds every dataset."
  type        = string

  validation {
    condition     = can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", var.data_bucket))
    error_message = "Write the bucket's name (not its ARN): 3 to 63 lower-case letters, digits, dots and hyphens."
  }
}

variable "kms_key_arn" {
  description = "ARN of the approved key, for volumes, outputs of jobs and the data bucket, whose policy accepts no other."
  type        = string

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "Write the key's full ARN, such as arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab: SageMaker reports keys to IAM by ARN."
  }
}

variable "network" {
  description = "Approved subnets and security groups, the only ones that notebooks and jobs can use. With `project_security_groups`, the base policy admits security groups with the tags `system` and `project` of the workload's role, as the module `project` creates them, and `security_group_ids` is empty."
  type = object({
    subnet_ids              = list(string)
    security_group_ids      = optional(list(string), [])
    project_security_groups = optional(bool, false)
  })

  validation {
    condition     = length(var.network.subnet_ids) >= 1
    error_message = "Name at least one subnet: without any, workloads could run in every network of the account."
  }

  validation {
    condition = (var.network.project_security_groups ? length(var.network.security_group_ids) == 0 :
    length(var.network.security_group_ids) >= 1 && length(var.network.security_group_ids) <= 5)
    error_message = "Name one to five security groups, the number that SageMaker accepts: without any, workloads could have every group of the network. With `project_security_groups`, name none: workloads have those of their project."
  }
}

variable "tables" {
  description = "Names of the tables if they differ from MLSpace's (output `names` of the module `tables`), and the ARN of their key."
  type = object({
    names   = optional(map(string), {})
    key_arn = optional(string)
  })
  default = {}
}

variable "granted" {
  description = "Buckets outside of the platform that `mlspace_grant` can open to members, by name, and ARNs of their keys. Members reach no other bucket, whatever is granted. `stop_schedules`: schedule group of EventBridge Scheduler, and ARN of the role that it calls with, where the provider's block `termination` lets schedules stop notebooks; the role that runs Terraform may keep schedules in this group and pass this role. `identity_center`: whether that role may read groups of IAM Identity Center, for the data source `mlspace_identity_center_group`. `budgets`: whether it may keep budgets of projects, for the block `budget` of `mlspace_project`."
  type = object({
    buckets  = optional(list(string), [])
    key_arns = optional(list(string), [])
    stop_schedules = optional(object({
      group    = string
      role_arn = string
    }))
    identity_center = optional(bool, false)
    budgets         = optional(bool, false)
  })
  default = {}

  validation {
    condition     = var.granted.stop_schedules == null || (can(regex("^[0-9A-Za-z_.-]{1,64}$", var.granted.stop_schedules.group)) && try(var.granted.stop_schedules.group, null) != "default")
    error_message = "Write the name of a schedule group of the platform's own: 1 to 64 letters, digits, hyphens, underscores and periods, and not `default`."
  }

  validation {
    condition     = var.granted.stop_schedules == null || can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/", var.granted.stop_schedules.role_arn))
    error_message = "Write the role's full ARN, such as arn:aws:iam::111122223333:role/platform/stop-notebooks."
  }

  validation {
    condition     = alltrue([for bucket in var.granted.buckets : can(regex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", bucket))])
    error_message = "Write names of buckets (not ARNs): 3 to 63 lower-case letters, digits, dots and hyphens."
  }

  validation {
    condition     = alltrue([for arn in var.granted.key_arns : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", arn))])
    error_message = "Write full ARNs of keys, such as arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab."
  }
}

variable "trusted" {
  description = "Principals that can assume each role: `terraform`, `platform_admin`, `data_scientist`, `auditor`. A role without an entry is not created. Principals are ARNs, or patterns of ARNs, of roles and users; a web identity is an OpenID Connect provider with the allowed subjects of its tokens."
  type = map(object({
    principal_arns    = optional(list(string), [])
    saml_provider_arn = optional(string)
    web_identity = optional(object({
      provider_arn = string
      subjects     = list(string)
      audience     = optional(string)
    }))
  }))
  default = {}

  validation {
    condition     = length(setsubtract(keys(var.trusted), ["auditor", "data_scientist", "platform_admin", "terraform"])) == 0
    error_message = "At least one key is not a role. The roles are terraform, platform_admin, data_scientist and auditor; name team admins in `teams`."
  }
  validation {
    condition = alltrue([
      for role in values(var.trusted) : length(role.principal_arns) > 0 || role.saml_provider_arn != null || role.web_identity != null
    ])
    error_message = "Name the principals that can assume each role, by `principal_arns`, `saml_provider_arn` or `web_identity`, or remove the role."
  }
}

variable "teams" {
  description = "Team admin roles by team: the team's projects, and the principals that can assume the role, as in `trusted`."
  type = map(object({
    projects          = list(string)
    principal_arns    = optional(list(string), [])
    saml_provider_arn = optional(string)
  }))
  default = {}

  validation {
    condition     = alltrue([for team in keys(var.teams) : can(regex("^[A-Za-z0-9-]{1,24}$", team))])
    error_message = "A team's name has 1 to 24 letters, digits and hyphens, because it is part of the role's name."
  }
  validation {
    condition = alltrue([
      for team in values(var.teams) : length(team.projects) > 0 && (length(team.principal_arns) > 0 || team.saml_provider_arn != null)
    ])
    error_message = "A team needs at least one project, and a principal by `principal_arns` or `saml_provider_arn`."
  }
}

variable "limits" {
  description = "Limits of memberships: services that projects can switch on, as in the provider's `services` (the permissions boundary admits no other ones), and as base policies allowed instance types by kind of workload (`training`, `processing`, `transform`, `endpoint`; types or patterns such as `ml.g5.*`; a kind without an entry can use none), and what nobody starts (`endpoints`, `jobs`). Members do not create notebooks, and other services are off unless a project switches them on: the provider's block `limits` holds for notebooks, and its `services` for services. `keyless_types` creates a policy for other roles that requires the approved key on volumes of all instance types except these."
  type = object({
    services        = optional(set(string), [])
    instance_types  = optional(map(list(string)))
    denied_services = optional(list(string), [])
    keyless_types   = optional(list(string))
  })
  default = {}

  validation {
    condition     = length(setsubtract(keys(coalesce(var.limits.instance_types, {})), ["endpoint", "processing", "training", "transform"])) == 0
    error_message = "At least one key is not a kind of workload that members start. The kinds are training, processing, transform and endpoint. Limits of notebooks are in the block `limits` of the provider."
  }

  validation {
    condition     = alltrue([for word in var.limits.services : can(provider::mlspace::services()[word])])
    error_message = "At least one word is not a service that projects can switch on. The words are: ${join(", ", keys(provider::mlspace::services()))}."
  }

  validation {
    condition     = length(setsubtract(var.limits.denied_services, ["endpoints", "jobs"])) == 0
    error_message = "Only `endpoints` and `jobs` can be denied here. Other services are off unless the provider's `services` offers them and a project switches them on."
  }
}

variable "notebook_endpoint_ids" {
  description = "Ids of the VPC endpoints of SageMaker's API and notebooks that data scientists have to use. If empty, they can open their notebooks from any network."
  type        = list(string)
  default     = []

  validation {
    condition     = alltrue([for id in var.notebook_endpoint_ids : can(regex("^vpce-[0-9a-z]+$", id))])
    error_message = "Write ids of VPC endpoints: vpce-0a1b2c3d4e5f60718."
  }
}

variable "people_policy_arns" {
  description = "ARNs of managed policies for every staff role, by a name of your choice, such as guardrails. Each role's own policy is its boundary, so these can only remove permissions."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(var.people_policy_arns) <= 9
    error_message = "Name at most nine: a role can have ten managed policies, and one is its own."
  }
}

variable "system_tag" {
  description = "Value of the tag `system`, as in the provider's configuration."
  type        = string
  default     = "MLSpace"

  validation {
    condition     = can(regex("^[A-Za-z0-9 _.:/=+@-]{1,256}$", var.system_tag))
    error_message = "Write 1 to 256 ASCII letters, digits, spaces and `_ . : / = + - @`, as the provider requires."
  }
}

variable "iam_resource_prefix" {
  description = "First part of the names of memberships' roles and policies, as in the provider's configuration."
  type        = string
  default     = "MLSpace"

  validation {
    condition     = can(regex("^[A-Za-z0-9_+=,.@-]{1,21}$", var.iam_resource_prefix))
    error_message = "Write 1 to 21 ASCII letters, digits and `_ + = , . @ -`: the project and a hash of the user take the rest of a role's name."
  }
}

variable "name_prefix" {
  description = "First part of the names of this module's resources, under the path `/platform/`, and of the log groups that auditors can read, `/{name_prefix}/`."
  type        = string
  default     = "mlspace"

  validation {
    condition     = can(regex("^[A-Za-z0-9][A-Za-z0-9_-]{2,31}$", var.name_prefix))
    error_message = "The prefix has 3 to 32 letters, digits, `_` and `-`, and begins with a letter or digit."
  }
}

variable "tags" {
  description = "Tags of every resource that can have tags."
  type        = map(string)
  default     = {}

  validation {
    condition     = length(setintersection([for key in keys(var.tags) : lower(key)], ["project", "user"])) == 0
    error_message = "Remove `project` and `user`: a role with these tags counts as a membership's, and its tag `user` as the name of the person who assumes it."
  }
}
