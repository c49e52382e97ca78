# The id of a dataset is type/scope/name; global and group datasets have no scope.
terraform import mlspace_dataset.cards project/fraud/cards-2026
terraform import mlspace_dataset.scratch private/alice/scratch
terraform import mlspace_dataset.holidays global/bank-holidays
