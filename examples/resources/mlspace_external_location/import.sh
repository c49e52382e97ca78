# The id of an external location is its name.
terraform import mlspace_external_location.lake lake
