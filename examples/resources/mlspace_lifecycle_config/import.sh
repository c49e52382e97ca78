# The id of a lifecycle configuration is its name.
terraform import mlspace_lifecycle_config.standard standard
