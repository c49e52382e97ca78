output "permissions_boundary_arn" {
  description = "ARN of the boundary of memberships' roles, for the provider's configuration."
  value       = aws_iam_policy.boundary.arn
}

output "base_policy_arns" {
  description = "ARNs of the policies that are attached to every membership's role, for the provider's configuration."
  value       = concat([aws_iam_policy.base.arn], [for limit in sort(keys(local.limits)) : aws_iam_policy.limits[limit].arn])
}

output "terraform_role_arn" {
  description = "ARN of the role that runs Terraform; null where it is not made."
  value       = one(aws_iam_role.terraform[*].arn)
}

output "role_arns" {
  description = "ARNs of the roles of people, by role; those who lead teams as `team/{team}`."
  value       = { for role, resource in aws_iam_role.people : role => resource.arn }
}

output "volume_key_policy_arn" {
  description = "ARN of the policy that wants the approved key on volumes, for roles that are no memberships'; null where it is not made."
  value       = one(aws_iam_policy.volume_key[*].arn)
}

output "documents" {
  description = "The policy documents as JSON, by what they are for: to review and to test."
  value = merge(
    {
      permissions_boundary = aws_iam_policy.boundary.policy
      notebook_base        = aws_iam_policy.base.policy
    },
    { for limit, resource in aws_iam_policy.limits : limit => resource.policy },
    { for role, resource in aws_iam_policy.people : role => resource.policy },
    { for resource in aws_iam_role_policy.terraform : "terraform" => resource.policy },
    { for resource in aws_iam_policy.terraform_boundary : "terraform_boundary" => resource.policy },
  )
}
