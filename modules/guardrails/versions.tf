terraform {
  # 1.15.0 cannot validate variables by functions of providers (hashicorp/terraform#38472).
  required_version = ">= 1.8, != 1.15.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
    mlspace = {
      source  = "mlspace/mlspace"
      version = ">= 0.1"
    }
  }
}
