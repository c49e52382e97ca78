output "names" {
  description = "Names of the twelve tables, by table."
  value       = { for table, resource in aws_dynamodb_table.this : table => resource.name }
}

output "arns" {
  description = "ARNs of the twelve tables, by table."
  value       = { for table, resource in aws_dynamodb_table.this : table => resource.arn }
}

output "table_names" {
  description = "Names of the tables that the provider uses, for its setting `table_names`."
  value = {
    for table, resource in aws_dynamodb_table.this : table => resource.name
    # Only MLSpace's web application uses this one.
    if table != "app_configuration"
  }
}
