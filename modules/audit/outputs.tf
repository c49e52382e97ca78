output "trail_arn" {
  description = "ARN of the trail."
  value       = aws_cloudtrail.this.arn
}

output "log_group_prefix" {
  description = "First part of the names of the trail's log groups, which auditors can read."
  value       = "/${var.name}/"
}

output "log_group_arns" {
  description = "ARNs of the log groups, by name."
  value = {
    for group in concat([aws_cloudwatch_log_group.trail], values(aws_cloudwatch_log_group.workloads)) : group.name => group.arn
  }
}

output "alarm_topic_arn" {
  description = "ARN of the topic that alarms are sent to."
  value       = aws_sns_topic.alarms.arn
}

output "alarm_names" {
  description = "Names of the alarms, by subject."
  value       = { for alarm, resource in aws_cloudwatch_metric_alarm.this : alarm => resource.alarm_name }
}
