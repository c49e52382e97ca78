# The id of a group in a project is project/group.
terraform import mlspace_project_group.analysts fraud/analysts
