# The id of a domain is the one that SageMaker gave it.
terraform import mlspace_studio_domain.main d-0123456789ab
