output "domain" {
  description = "Name of the domain, created here or existing."
  value       = local.domain
}

output "repository_arns" {
  description = "ARNs of the repositories from which members install, by name, for a project's service `codeartifact`."
  value       = { for name, repository in aws_codeartifact_repository.this : name => repository.arn }
}

output "source_arns" {
  description = "ARNs of the sources by name."
  value       = { for name, repository in aws_codeartifact_repository.source : name => repository.arn }
}

output "pip_commands" {
  description = "Commands, by repository, that let pip install from it for twelve hours: a line for the start script of a lifecycle configuration."
  value = {
    for name, repository in aws_codeartifact_repository.this : name => join(" ", [
      "aws codeartifact login --tool pip",
      "--domain ${local.domain} --domain-owner ${local.account.account_id}",
      "--repository ${name} --region ${local.account.region}",
    ])
  }
}
