# The id of a group is the group's name.
terraform import mlspace_group.analysts analysts
