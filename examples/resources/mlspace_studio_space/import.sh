# The id of a space is the domain's id and the space's name.
terraform import mlspace_studio_space.alice d-0123456789ab/alice-lab
