# Notebooks stop at their daily stop time in Berlin, without MLSpace's web application.

provider "aws" {
  region = "eu-west-1"
}

module "schedules" {
  source = "../.."

  tags = { system = "MLSpace" }
}

output "termination" {
  description = "For the provider's block `termination`, with a `time_zone` such as `Europe/Berlin`."
  value       = module.schedules.termination
}
