resource "mlspace_project" "fraud" {
  name        = "fraud"
  description = "Card fraud models"
  created_by  = "alice"

  # Stop notebooks and endpoints that are left running; owners can choose their own times for
  # notebooks.
  termination {
    default_notebook_stop_time    = "17:00" # UTC
    allow_notebook_owner_override = true
    default_endpoint_ttl_hours    = 168
  }

  # Services that members can use, among those that the provider block offers.
  services {
    registry = true

    bedrock {
      model_arns = ["arn:aws:bedrock:us-east-1::foundation-model/amazon.nova-lite-v1:0"]
    }
  }

  limits {
    max_runtime              = "24h"
    max_notebook_volume_size = 100

    instance_types {
      notebook = ["ml.t3.*", "ml.m5.large"]
      training = ["ml.m5.*", "ml.g5.*"]
    }
  }

  # Told by e-mail when the costs of a month exceed a part of the budget. Nothing is stopped.
  budget {
    monthly_usd    = 5000
    notify_percent = [80, 100]
    notify_emails  = ["alice@example.com"]
  }
}
