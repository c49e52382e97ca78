# The id of a membership is project/user.
terraform import mlspace_membership.alice fraud/alice
