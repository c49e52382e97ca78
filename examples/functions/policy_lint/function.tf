# Finds that this statement denies a request only if both keys are missing.
output "policy_lint" {
  value = [
    for finding in provider::mlspace::policy_lint(jsonencode({
      Version = "2012-10-17"
      Statement = [{
        Sid      = "NeedNetwork"
        Effect   = "Deny"
        Action   = "sagemaker:CreateTrainingJob"
        Resource = "*"
        Condition = {
          Null = {
            "sagemaker:VpcSubnets"          = "true"
            "sagemaker:VpcSecurityGroupIds" = "true"
          }
        }
      }]
    }), "scp") : "${finding.rule}: ${finding.why}"
  ]
}
