# The id of a project is its name.
terraform import mlspace_project.fraud fraud
