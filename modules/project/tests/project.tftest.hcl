# What a project is made with, and who reaches its workloads.

mock_provider "aws" {
  override_during = plan

  mock_resource "aws_security_group" {
    defaults = { id = "sg-0a0a0a0a0a0a0a0a0" }
  }
}

mock_provider "mlspace" {
  override_during = plan
}

variables {
  name = "fraud"
  network = {
    vpc_id                     = "vpc-0a1b2c3d4e5f60718"
    endpoint_security_group_id = "sg-0123456789abcdef0"
    prefix_list_ids            = { s3 = "pl-6da54004", dynamodb = "pl-6fa54006" }
  }
  members  = { alice = { owner = true }, "bob@example.com" = {} }
  groups   = { analysts = {} }
  datasets = { cards = "Card transactions" }
  tags     = { cost-center = "ml" }
}

run "members_groups_and_datasets" {
  command = plan

  assert {
    condition     = { for user, membership in mlspace_membership.this : user => [membership.project, membership.owner] } == { alice = ["fraud", true], "bob@example.com" = ["fraud", false] }
    error_message = "Members have the roles that the configuration says."
  }
  assert {
    condition     = { for group, member in mlspace_project_group.this : group => [member.project, member.owner] } == { analysts = ["fraud", false] }
    error_message = "Groups are members."
  }
  assert {
    condition     = { for name, dataset in mlspace_dataset.this : name => [dataset.type, dataset.scope, dataset.description] } == { cards = ["project", "fraud", "Card transactions"] }
    error_message = "Datasets are the project's."
  }
  assert {
    condition     = length(mlspace_project.this.services) == 0 && length(mlspace_project.this.limits) == 0 && length(mlspace_project.this.termination) == 0 && !mlspace_project.this.force_destroy && mlspace_project.this.sharing == "project"
    error_message = "Nothing is opened by default."
  }
}

run "only_the_project_reaches_its_workloads" {
  command = plan

  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.among_workloads.security_group_id == aws_security_group.this.id &&
      aws_vpc_security_group_ingress_rule.among_workloads.referenced_security_group_id == aws_security_group.this.id &&
      aws_vpc_security_group_ingress_rule.among_workloads.cidr_ipv4 == null
    )
    error_message = "The only connections to workloads come from the same group."
  }
  assert {
    condition = (
      aws_vpc_security_group_ingress_rule.endpoints.security_group_id == var.network.endpoint_security_group_id &&
      aws_vpc_security_group_ingress_rule.endpoints.referenced_security_group_id == aws_security_group.this.id &&
      aws_vpc_security_group_ingress_rule.endpoints.from_port == 443 && aws_vpc_security_group_ingress_rule.endpoints.to_port == 443
    )
    error_message = "Endpoints answer to the project's workloads."
  }
  assert {
    condition = [for rule in concat([aws_vpc_security_group_egress_rule.to_endpoints], values(aws_vpc_security_group_egress_rule.to_gateways)) :
      [rule.security_group_id, coalesce(rule.referenced_security_group_id, rule.prefix_list_id), rule.from_port, rule.to_port]
      ] == [
      [aws_security_group.this.id, "sg-0123456789abcdef0", 443, 443],
      [aws_security_group.this.id, "pl-6fa54006", 443, 443],
      [aws_security_group.this.id, "pl-6da54004", 443, 443],
    ]
    error_message = "Workloads reach the endpoints by HTTPS."
  }
  assert {
    condition     = length(aws_vpc_security_group_egress_rule.more) == 0
    error_message = "Nothing else is reached by default."
  }
}

run "tags_that_policies_compare" {
  command = plan

  variables {
    network = { vpc_id = "vpc-0a1b2c3d4e5f60718", endpoint_security_group_id = "sg-0123456789abcdef0", prefix_list_ids = { s3 = "pl-6da54004" }, system_tag = "Other" }
    tags    = { project = "churn", system = "x", cost-center = "ml" }
    egress  = { database = { port = 5432, cidr = "10.9.0.0/24" } }
  }

  assert {
    condition = alltrue([for thing in concat([
      aws_security_group.this, aws_vpc_security_group_ingress_rule.among_workloads, aws_vpc_security_group_egress_rule.among_workloads,
      aws_vpc_security_group_egress_rule.to_endpoints, aws_vpc_security_group_ingress_rule.endpoints,
    ], values(aws_vpc_security_group_egress_rule.to_gateways), values(aws_vpc_security_group_egress_rule.more)) : thing.tags == tomap({ system = "Other", project = "fraud", cost-center = "ml", Name = "mlspace-project-fraud" })])
    error_message = "The tags that bind the group to the project cannot be overwritten."
  }
  assert {
    condition     = aws_vpc_security_group_egress_rule.more["database"].cidr_ipv4 == "10.9.0.0/24" && aws_vpc_security_group_egress_rule.more["database"].from_port == 5432 && aws_vpc_security_group_egress_rule.more["database"].to_port == 5432
    error_message = "A further connection is of one port to one place."
  }
}

run "everything_set" {
  command = plan

  variables {
    services = {
      names = [
        "registry", "model_cards", "pipelines", "experiments", "mlflow", "feature_store", "inference_components", "autoscaling", "monitoring",
        "automl", "labeling", "jumpstart", "translate", "comprehend", "studio", "codecommit", "ecr", "athena", "secrets", "parameters",
      ]
      bedrock                      = { model_arns = ["arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0"] }
      codeartifact_repository_arns = ["arn:aws:codeartifact:eu-west-1:123456789012:repository/packages/python"]
    }
    termination = { default_notebook_stop_time = "18:00", default_endpoint_ttl_hours = 168 }
    limits = {
      max_runtime        = "24h"
      traffic_encryption = true
      instance_types     = { training = ["ml.g5.*"] }
    }
  }

  assert {
    condition = alltrue([
      for word in var.services.names : lookup(jsondecode(jsonencode(mlspace_project.this.services[0])), word, null) == true
    ])
    error_message = "Every service is switched on."
  }
  # A service that only the provider knows would be accepted and do nothing.
  assert {
    condition     = var.services.names == toset(setsubtract(keys(provider::mlspace::services()), ["bedrock", "codeartifact"]))
    error_message = "The module and this test know other services than the provider: add the missing ones to the block `services` in main.tf, and here."
  }
  assert {
    condition = (
      mlspace_project.this.services[0].bedrock[0].model_arns == tolist(["arn:aws:bedrock:eu-west-1::foundation-model/amazon.nova-lite-v1:0"]) &&
      length(mlspace_project.this.services[0].codeartifact[0].repository_arns) == 1
    )
    error_message = "Bedrock and CodeArtifact have their own settings."
  }
  assert {
    condition = (
      mlspace_project.this.limits[0].max_runtime == "24h" && mlspace_project.this.limits[0].traffic_encryption &&
      mlspace_project.this.limits[0].instance_types[0].training == tolist(["ml.g5.*"]) && mlspace_project.this.limits[0].instance_types[0].notebook == null &&
      mlspace_project.this.termination[0].default_notebook_stop_time == "18:00"
    )
    error_message = "Limits and termination are those of the configuration."
  }
}
