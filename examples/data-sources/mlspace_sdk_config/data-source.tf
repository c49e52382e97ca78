data "mlspace_sdk_config" "alice" {
  project = mlspace_membership.alice.project
  user    = mlspace_membership.alice.user
}

# Files of a container image in which alice's code runs.
output "files" {
  value = {
    "/etc/xdg/sagemaker/config.yaml" = data.mlspace_sdk_config.alice.defaults_file
    "/opt/mlspace/tenant.json"       = data.mlspace_sdk_config.alice.plugin_settings
    "/opt/mlspace/mlspace_sdk.py"    = data.mlspace_sdk_config.alice.plugin
  }
}
