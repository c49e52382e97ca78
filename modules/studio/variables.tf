variable "name" {
  description = "Name of the domain, and first part of the names of its role and lifecycle configurations. A domain keeps its name for ever."
  type        = string
  default     = "mlspace"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9]|-[a-z0-9]){0,29}$", var.name))
    error_message = "Write a name of lower-case letters, digits and single inner `-`, such as `mlspace`."
  }
}

variable "network" {
  description = "The domain's network, such as the outputs of the module `vpc`: private subnets, the security groups of workloads, and the ids of endpoints by service. Without `endpoint_ids` the plan does not check whether the endpoints are there."
  type = object({
    vpc_id             = string
    subnet_ids         = list(string)
    security_group_ids = list(string)
    endpoint_ids       = optional(map(string))
  })
  nullable = false

  validation {
    condition     = length(var.network.subnet_ids) >= 1 && length(var.network.subnet_ids) <= 16
    error_message = "A domain has 1 to 16 subnets."
  }

  validation {
    condition     = length(var.network.security_group_ids) >= 1 && length(var.network.security_group_ids) <= 4
    error_message = "Name 1 to 4 security groups: SageMaker adds one of its own to at most five."
  }
}

variable "workload_plan" {
  description = "For how many people the subnets are checked: users who work at the same time, apps and training instances that each of them runs (`efa` for instances with Elastic Fabric Adapters), and growth in percent."
  type = object({
    users              = optional(number, 100)
    apps               = optional(number, 2)
    training_instances = optional(number, 1)
    efa                = optional(bool, false)
    growth_percent     = optional(number, 0)
  })
  default  = {}
  nullable = false
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the volumes of all spaces, such as `module.kms.key_arns[\"volumes\"]`. A domain keeps its key for ever."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "Write the key's full ARN, such as `arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`."
  }
}

variable "default_role" {
  description = "Role of profiles that name none: `existing_arn` is used instead of a new one without rights, which otherwise has the permissions boundary `permissions_boundary_arn`, if roles of the account need one."
  type = object({
    existing_arn             = optional(string)
    permissions_boundary_arn = optional(string)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.default_role.existing_arn == null ? true : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/", var.default_role.existing_arn))
    error_message = "Write the ARN of a role, such as `arn:aws:iam::123456789012:role/studio`."
  }

  validation {
    condition     = var.default_role.existing_arn == null || var.default_role.permissions_boundary_arn == null
    error_message = "The boundary is for a new role: remove it, or `existing_arn`."
  }
}

variable "logs" {
  description = "Key and retention period in days of the log group `/aws/sagemaker/studio`, created before SageMaker does, without encryption and for ever. An account and region have one: leave it out for a second domain."
  type = object({
    kms_key_arn    = string
    retention_days = optional(number, 365)
  })
  default = null

  validation {
    condition     = var.logs == null ? true : can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.logs.kms_key_arn))
    error_message = "Write the key's full ARN, such as that of `module.kms.key_arns[\"logs\"]`."
  }
}

variable "apps" {
  description = "Settings of all apps: the instance type of a space that names none; minutes without use after which an app is stopped, 60 to 525600 or null for never; whether members cannot choose another time."
  type = object({
    instance_type        = optional(string, "ml.t3.medium")
    idle_timeout_minutes = optional(number, 120)
    idle_timeout_locked  = optional(bool, true)
  })
  default  = {}
  nullable = false

  validation {
    condition     = startswith(var.apps.instance_type, "ml.")
    error_message = "Write an instance type of SageMaker, such as `ml.t3.medium`."
  }

  validation {
    condition     = var.apps.idle_timeout_minutes == null ? true : var.apps.idle_timeout_minutes >= 60 && var.apps.idle_timeout_minutes <= 525600 && floor(var.apps.idle_timeout_minutes) == var.apps.idle_timeout_minutes
    error_message = "SageMaker stops idle apps after 60 to 525600 whole minutes."
  }
}

variable "lifecycle_configs" {
  description = "Scripts that run when an app starts, by name. `apps` are the kinds of apps that offer it: `jupyter_lab`, `code_editor`. A `default` one runs in every space that chooses no other."
  type = map(object({
    script  = string
    apps    = optional(set(string), ["jupyter_lab"])
    default = optional(bool, false)
  }))
  default  = {}
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.lifecycle_configs) : can(regex("^[a-z0-9]([a-z0-9]|-[a-z0-9]){0,19}$", name))])
    error_message = "Name lifecycle configurations with lower-case letters, digits and single inner `-`, such as `packages`."
  }

  validation {
    condition     = alltrue([for config in values(var.lifecycle_configs) : length(base64encode(config.script)) <= 16384])
    error_message = "A script has at most 12288 bytes: SageMaker takes 16384 characters of base64. Load the rest from a bucket."
  }

  validation {
    condition     = alltrue([for config in values(var.lifecycle_configs) : length(setsubtract(config.apps, ["jupyter_lab", "code_editor"])) == 0])
    error_message = "The kinds of apps are `jupyter_lab` and `code_editor`."
  }

  validation {
    condition = alltrue([
      for app in ["jupyter_lab", "code_editor"] : length([for config in values(var.lifecycle_configs) : config if config.default && contains(config.apps, app)]) <= 1
    ])
    error_message = "One script is the default of a kind of app: put what two of them do into one."
  }
}

variable "custom_images" {
  description = "Images of your own by kind of app, such as the output `custom_images` of the module `images`."
  type = object({
    jupyter_lab = optional(list(object({
      image_name            = string
      app_image_config_name = string
      image_version_number  = optional(number)
    })), [])
    code_editor = optional(list(object({
      image_name            = string
      app_image_config_name = string
      image_version_number  = optional(number)
    })), [])
  })
  default  = {}
  nullable = false
}

variable "volume_sizes" {
  description = "Size in GB of the volume of a space that names none, and the largest one that members can choose."
  type = object({
    default = optional(number, 5)
    maximum = optional(number, 100)
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.volume_sizes.default >= 5 && var.volume_sizes.default <= var.volume_sizes.maximum && var.volume_sizes.maximum <= 16384
    error_message = "Volumes have 5 to 16384 GB, and the default is not larger than the maximum."
  }
}

variable "hidden" {
  description = "What Studio does not show: tools such as `JumpStart`, instance types such as `ml.p4d.24xlarge`. This forbids nothing: the members' policies and `limits` of the module `roles` do."
  type = object({
    tools          = optional(set(string), [])
    instance_types = optional(set(string), [])
  })
  default  = {}
  nullable = false
}

variable "docker" {
  description = "Whether spaces can run Docker, and further accounts whose images it can pull and push."
  type = object({
    enabled             = optional(bool, false)
    trusted_account_ids = optional(set(string), [])
  })
  default  = {}
  nullable = false

  validation {
    condition     = var.docker.enabled || length(var.docker.trusted_account_ids) == 0
    error_message = "Accounts are trusted for Docker only: set `docker.enabled`, or remove them."
  }
}

variable "force_destroy" {
  description = "Whether destroying the domain also deletes what Terraform does not manage in it: apps, spaces with the files on their volumes, and profiles."
  type        = bool
  default     = false
  nullable    = false
}

variable "tags" {
  description = "Tags of everything that the module creates. Those of the domain go to what is created in Studio, too."
  type        = map(string)
  default     = {}
  nullable    = false
}
