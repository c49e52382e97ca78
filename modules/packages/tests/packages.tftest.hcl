# Which repositories look where, and what their policies let through.

mock_provider "aws" {
  source          = "./tests/aws"
  override_during = plan
}

variables {
  kms_key_arn    = "arn:aws:kms:eu-west-1:123456789012:key/0a1b"
  publisher_arns = ["arn:aws:iam::123456789012:role/build-*"]
  tags           = { system = "MLSpace" }
}

run "members_install_from_pypi" {
  command = plan

  assert {
    condition     = aws_codeartifact_domain.this[0].encryption_key == var.kms_key_arn && aws_codeartifact_domain.this[0].tags == tomap(var.tags)
    error_message = "The domain has the given key and tags."
  }
  assert {
    condition     = aws_codeartifact_repository.source["pypi"].external_connections[0].external_connection_name == "public:pypi"
    error_message = "The source is connected with the public index."
  }
  assert {
    condition     = length(aws_codeartifact_repository.this["shared"].external_connections) == 0 && aws_codeartifact_repository.this["shared"].upstream[0].repository_name == "pypi"
    error_message = "What members install from looks into the source."
  }
  assert {
    condition     = output.pip_commands["shared"] == "aws codeartifact login --tool pip --domain mlspace --domain-owner 123456789012 --repository shared --region eu-west-1"
    error_message = "The command logs pip in."
  }
}

run "sources_in_order" {
  command = plan

  variables {
    sources      = { own = {}, pypi = { external_connection = "public:pypi" } }
    repositories = { first = { upstreams = ["own", "pypi"] }, second = { upstreams = ["pypi", "own"] }, third = {} }
  }

  assert {
    condition = { for name, repository in aws_codeartifact_repository.this : name => [for one in repository.upstream : one.repository_name] } == {
      first = ["own", "pypi"], second = ["pypi", "own"], third = []
    }
    error_message = "A repository looks into its sources in the order that was given."
  }
  assert {
    condition     = length(aws_codeartifact_repository.source["own"].external_connections) == 0
    error_message = "A source of one's own is connected with nothing."
  }
}

run "only_publishers_publish" {
  command = plan

  variables {
    reader_arns = ["arn:aws:iam::210987654321:role/deployment"]
  }

  assert {
    condition     = keys(aws_codeartifact_repository_permissions_policy.this) == ["pypi", "shared"]
    error_message = "Sources and repositories have the policy."
  }
  assert {
    condition = { for principal, arn in {
      build  = "arn:aws:iam::123456789012:role/build-packages"
      member = "arn:aws:iam::123456789012:role/MLSpace-fraud-alice"
      reader = "arn:aws:iam::210987654321:role/deployment"
      other  = "arn:aws:iam::999999999999:role/stranger"
      } : principal => [for action in ["codeartifact:PublishPackageVersion", "codeartifact:ReadFromRepository"] : provider::mlspace::resource_policy_allows(
        aws_codeartifact_repository_permissions_policy.this["shared"].policy_document, arn, action, "arn:aws:codeartifact:eu-west-1:123456789012:repository/mlspace/shared", {},
      )] } == {
      build  = [true, true]
      member = [false, true]
      reader = [false, true]
      other  = [false, false]
    }
    error_message = "Publishers publish, readers of other accounts read, and members read if their own policies let them."
  }
  assert {
    condition = [for arn in ["arn:aws:iam::210987654321:role/deployment", "arn:aws:iam::999999999999:role/stranger"] : provider::mlspace::resource_policy_allows(
      aws_codeartifact_domain_permissions_policy.this[0].policy_document, arn, "codeartifact:GetAuthorizationToken", "arn:aws:codeartifact:eu-west-1:123456789012:domain/mlspace", {},
    )] == [true, false]
    error_message = "Readers of other accounts get tokens."
  }
}

run "no_policy_of_a_domain_without_readers" {
  command = plan

  assert {
    condition     = length(aws_codeartifact_domain_permissions_policy.this) == 0
    error_message = "Without readers of other accounts the domain has no policy."
  }
}

run "existing_domain" {
  command = plan

  variables {
    existing_domain = "corp"
    kms_key_arn     = null
    reader_arns     = ["arn:aws:iam::210987654321:role/deployment"]
  }

  assert {
    condition     = length(aws_codeartifact_domain.this) == 0 && length(aws_codeartifact_domain_permissions_policy.this) == 0
    error_message = "An existing domain is neither created nor changed."
  }
  assert {
    condition     = aws_codeartifact_repository.this["shared"].domain == "corp" && aws_codeartifact_repository.source["pypi"].domain == "corp"
    error_message = "The repositories are in the existing domain."
  }
}
