output "permissions_boundary_arn" {
  description = "ARN of the boundary of memberships' roles, for the provider's configuration."
  value       = aws_iam_policy.boundary.arn
}

output "base_policy_arns" {
  description = "ARNs of the policies for every membership's role, for the provider's configuration."
  value       = concat([aws_iam_policy.base.arn], [for limit in sort(keys(local.limits)) : aws_iam_policy.limits[limit].arn])
}

output "terraform_role_arn" {
  description = "ARN of the role that runs Terraform; null if it is not created."
  value       = one(aws_iam_role.terraform[*].arn)
}

output "role_arns" {
  description = "ARNs of the staff roles by role; team admins as `team/{team}`."
  value       = { for role, resource in aws_iam_role.people : role => resource.arn }
}

output "volume_key_policy_arn" {
  description = "ARN of the policy that requires the approved key on volumes, for roles other than memberships'; null if it is not created."
  value       = one(aws_iam_policy.volume_key[*].arn)
}

output "documents" {
  description = "Policy documents as JSON, by purpose, for reviews and tests."
  value = merge(
    {
      permissions_boundary = aws_iam_policy.boundary.policy
      notebook_base        = aws_iam_policy.base.policy
    },
    { for limit, resource in aws_iam_policy.limits : limit => resource.policy },
    { for role, resource in aws_iam_policy.people : role => resource.policy },
    { for index, resource in aws_iam_policy.terraform : "terraform_${index + 1}" => resource.policy },
    { for resource in aws_iam_policy.terraform_boundary : "terraform_boundary" => resource.policy },
  )
}
