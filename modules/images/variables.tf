variable "name" {
  description = "First part of all names: the repository of the image `lab` is `{name}/lab`, the SageMaker image `{name}-lab`."
  type        = string
  default     = "mlspace"
  nullable    = false

  validation {
    condition     = can(regex("^[a-z0-9]([a-z0-9]|-[a-z0-9]){0,29}$", var.name))
    error_message = "Write a name of lower-case letters, digits and single inner `-`, such as `mlspace`: repositories and images accept nothing else together."
  }
}

variable "images" {
  description = "Images by name. `repository_url` is an existing ECR repository, used instead of a new one. `versions` are by a key of your choice, each with the `digest` of what was pushed. `apps` are the kinds of apps that start the image: `jupyter_lab`, `code_editor`. `uid` and `gid` are the user of the container."
  type = map(object({
    display_name   = optional(string)
    description    = optional(string)
    repository_url = optional(string)
    versions = optional(map(object({
      digest        = string
      aliases       = optional(set(string), [])
      release_notes = optional(string)
    })), {})
    apps        = optional(set(string), ["jupyter_lab"])
    uid         = optional(number, 1000)
    gid         = optional(number, 100)
    entrypoint  = optional(list(string))
    arguments   = optional(list(string))
    environment = optional(map(string))
  }))
  nullable = false

  validation {
    condition     = alltrue([for name in keys(var.images) : can(regex("^[a-z0-9]([a-z0-9]|-[a-z0-9]){0,31}$", name))])
    error_message = "Name images with lower-case letters, digits and single inner `-`, such as `lab`."
  }

  validation {
    condition     = alltrue([for image in values(var.images) : contains(["1000:100", "0:0"], "${image.uid}:${image.gid}")])
    error_message = "Studio runs containers as user 1000 and group 100, or as root with `uid = 0` and `gid = 0`; SageMaker accepts other numbers, and the apps then do not start."
  }

  validation {
    condition     = alltrue([for image in values(var.images) : length(setsubtract(image.apps, ["jupyter_lab", "code_editor"])) == 0])
    error_message = "The kinds of apps are `jupyter_lab` and `code_editor`."
  }

  validation {
    condition     = alltrue(flatten([for image in values(var.images) : [for version in values(image.versions) : can(regex("^sha256:[0-9a-f]{64}$", version.digest))]]))
    error_message = "Name what was pushed by its digest, `sha256:` and 64 hexadecimal digits, as `docker push` prints it: a tag says nothing about what the image contains."
  }

  validation {
    condition     = alltrue(flatten([for image in values(var.images) : [for version in values(image.versions) : [for alias in version.aliases : can(regex("^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$", alias))]]]))
    error_message = "An alias of a version has letters, digits and `- _ .`, and begins with none of `-` and `.`."
  }

  validation {
    condition = alltrue([
      for image in values(var.images) :
      length(flatten([for version in values(image.versions) : tolist(version.aliases)])) == length(distinct(flatten([for version in values(image.versions) : tolist(version.aliases)])))
    ])
    error_message = "An alias belongs to one version of an image: remove it from the others."
  }

  validation {
    condition     = alltrue([for image in values(var.images) : image.repository_url == null ? true : can(regex("^[0-9]{12}\\.dkr\\.ecr\\.[a-z0-9-]+\\.amazonaws\\.com(\\.cn)?/[a-z0-9._/-]+$", image.repository_url))])
    error_message = "Write the URL of an existing repository without a tag, such as `123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/lab`."
  }

  validation {
    condition = alltrue([
      for image in values(var.images) :
      length(image.entrypoint == null ? [] : image.entrypoint) <= 1 && length(image.arguments == null ? [] : image.arguments) <= 50 && length(image.environment == null ? {} : image.environment) <= 25
    ])
    error_message = "SageMaker takes one entry point, 50 arguments and 25 environment variables."
  }
}

variable "kms_key_arn" {
  description = "ARN of the KMS key that encrypts the repositories, such as `module.kms.key_arns[\"volumes\"]`. A repository keeps its key for ever."
  type        = string
  nullable    = false

  validation {
    condition     = can(regex("^arn:aws[a-z-]*:kms:[a-z0-9-]+:[0-9]{12}:key/[A-Za-z0-9-]+$", var.kms_key_arn))
    error_message = "Write the key's full ARN, such as `arn:aws:kms:eu-west-1:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab`."
  }
}

variable "publisher_arns" {
  description = "ARNs of the roles that push images and delete them, such as that of a pipeline; no other principal can, whatever its policies allow. Names can contain `*`."
  type        = list(string)
  nullable    = false

  validation {
    condition     = length(var.publisher_arns) > 0
    error_message = "Name the role that pushes images: without one, nobody can."
  }

  validation {
    condition     = alltrue([for arn in var.publisher_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "Write ARNs of roles or users, such as `arn:aws:iam::123456789012:role/build`."
  }
}

variable "reader_arns" {
  description = "ARNs of roles of other accounts that pull images. Within the account, the policies of a role decide."
  type        = list(string)
  default     = []
  nullable    = false

  validation {
    condition     = alltrue([for arn in var.reader_arns : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:(role|user)/", arn))])
    error_message = "Write ARNs of roles or users, such as `arn:aws:iam::210987654321:role/deployment`: a whole account as reader would let that account choose the readers."
  }
}

variable "role_arn" {
  description = "ARN of an existing role with which SageMaker reads the images, used instead of a new one."
  type        = string
  default     = null

  validation {
    condition     = var.role_arn == null ? true : can(regex("^arn:aws[a-z-]*:iam::[0-9]{12}:role/", var.role_arn))
    error_message = "Write the ARN of a role, such as `arn:aws:iam::123456789012:role/images`."
  }
}

variable "tags" {
  description = "Tags of everything that the module creates."
  type        = map(string)
  default     = {}
  nullable    = false
}
