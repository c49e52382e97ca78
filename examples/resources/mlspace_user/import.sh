# The id of a user is the user's name.
terraform import mlspace_user.dana dana
