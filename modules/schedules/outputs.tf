output "termination" {
  description = "Settings of the provider's block `termination`, by attribute: `enforce`, `schedule_group` and `role_arn`."
  value = {
    enforce        = "scheduler"
    schedule_group = aws_scheduler_schedule_group.this.name
    role_arn       = aws_iam_role.stop.arn
  }
}

output "stop_schedules" {
  description = "Group and role for `granted.stop_schedules` of the module `roles`, so that the role that runs Terraform may keep the schedules."
  value = {
    group    = aws_scheduler_schedule_group.this.name
    role_arn = aws_iam_role.stop.arn
  }
}

output "documents" {
  description = "The role's policy documents as JSON, for reviews and tests: `stop_role` and `stop_role_trust`."
  value = {
    stop_role       = local.stop_policy
    stop_role_trust = aws_iam_role.stop.assume_role_policy
  }
}
