terraform {
  required_version = ">= 1.8"

  required_providers {
    mlspace = {
      source  = "mlspace/mlspace"
      version = ">= 0.1.0"
    }
  }
}
