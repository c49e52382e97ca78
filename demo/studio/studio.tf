# SageMaker Studio: a domain, and bob's profiles in both projects, of which one has a space.

variable "vpc_id" {
  description = "Id of the VPC of the subnets."
  type        = string
}

variable "studio_role_arn" {
  description = "ARN of a role without policies, which SageMaker requires of a domain."
  type        = string
}

resource "mlspace_studio_domain" "demo" {
  name                       = "demo"
  vpc_id                     = var.vpc_id
  default_execution_role_arn = var.studio_role_arn
}

resource "mlspace_studio_user_profile" "bob" {
  for_each = {
    fraud = mlspace_membership.fraud["bob"]
    churn = mlspace_membership.churn["bob"]
  }

  domain_id = mlspace_studio_domain.demo.id
  project   = each.value.project
  user      = each.value.user
}

resource "mlspace_studio_space" "bob" {
  domain_id     = mlspace_studio_user_profile.bob["fraud"].domain_id
  project       = mlspace_studio_user_profile.bob["fraud"].project
  user          = mlspace_studio_user_profile.bob["fraud"].user
  name          = "bob-lab"
  instance_type = "ml.t3.medium"
  force_destroy = true # `make demo` destroys what it made.
}

output "studio" {
  description = "The domain, bob's profiles by project, and his space."
  value = merge(
    { domain = mlspace_studio_domain.demo.url, space = mlspace_studio_space.bob.name },
    { for project, profile in mlspace_studio_user_profile.bob : "profile in ${project}" => profile.name },
  )
}

output "studio_access" {
  description = "Whether each member can use the own profile and spaces, and those of others, by the policies that are attached now."
  value = [
    for work in data.mlspace_access.all.workloads : {
      user              = work.user
      project           = work.project
      use_own_spaces    = work.use_own_spaces
      use_others_spaces = work.use_others_spaces
    }
  ]
}
