# What the quickstart needs for Studio: the service is offered, and on in both projects.

provider "mlspace" {
  services = ["studio"]
}

resource "mlspace_project" "fraud" {
  services {
    studio = true
  }
}

resource "mlspace_project" "churn" {
  services {
    studio = true
  }
}
