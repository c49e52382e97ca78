# The id of a profile is the domain's id, the project and the user.
terraform import mlspace_studio_user_profile.alice d-0123456789ab/fraud/alice
