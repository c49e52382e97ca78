terraform {
  required_version = ">= 1.8"

  required_providers {
    mlspace = {
      source  = "mlspace/mlspace"
      version = "~> 0.1"
    }
  }
}

provider "mlspace" {
  region = "us-east-1"

  # The platform's bucket and boundary, which have to exist before the first project.
  data_bucket              = "mlspace-data-123456789012"
  permissions_boundary_arn = "arn:aws:iam::123456789012:policy/mlspace-project-user-permission-boundary"

  # The network and key that every notebook and job has to use.
  notebook_defaults {
    subnet_ids         = ["subnet-0a1b2c3d4e5f60718", "subnet-0b2c3d4e5f6071829"]
    security_group_ids = ["sg-0c3d4e5f607182930"]
    kms_key_id         = "arn:aws:kms:us-east-1:123456789012:key/0d4e5f60-7182-4930-a1b2-c3d4e5f60718"
  }

  # A schedule stops each notebook at its daily stop time.
  termination {
    enforce        = "scheduler"
    schedule_group = "mlspace-stop"
    role_arn       = "arn:aws:iam::123456789012:role/platform/mlspace-stop-notebooks"
    time_zone      = "Europe/Berlin"
  }

  # What projects can switch on.
  services = ["registry", "pipelines", "bedrock"]

  default_tags = {
    cost-center = "ml"
  }
}
