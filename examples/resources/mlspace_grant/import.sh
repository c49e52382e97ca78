# The id of a grant is the location and who is granted it: project/PROJECT, membership/PROJECT/USER,
# group/GROUP or user/USER.
terraform import mlspace_grant.fraud lake/project/fraud
terraform import mlspace_grant.alice lake/membership/fraud/alice
terraform import mlspace_grant.risk lake/group/risk
