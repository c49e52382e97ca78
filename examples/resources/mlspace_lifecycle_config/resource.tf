resource "mlspace_lifecycle_config" "standard" {
  name = "standard"

  # Ordinary code of the SageMaker SDK works: tags, network, keys and names are added.
  sdk_defaults = true

  # An instance without a running cell or an active terminal is stopped.
  idle_stop = "2h"

  code_artifact = {
    domain     = "packages"
    repository = "python"
  }

  on_start = <<-EOT
    #!/bin/bash
    echo "ready" > /home/ec2-user/SageMaker/.ready
  EOT
}
