variable "region" {
  description = "AWS region of the platform."
  type        = string
  default     = "eu-west-1"
}

variable "administrator_arns" {
  description = "ARNs of the roles that build the platform: the role that you run this with, and one for emergencies."
  type        = list(string)
}

variable "network" {
  description = "Existing network: its private subnets, their route tables, and its endpoints by service."
  type = object({
    vpc_id             = string
    subnet_ids         = list(string)
    route_table_ids    = list(string)
    security_group_ids = optional(list(string), [])
    endpoint_ids       = optional(map(string), {})
  })
}

variable "data_key" {
  description = "Existing key for data: its ARN, and its policy as JSON, so that the plan can check whether members can use it."
  type = object({
    arn    = string
    policy = optional(string)
  })
}
