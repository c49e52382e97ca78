# The guardrails for service control policies, with their titles.
output "guardrails" {
  value = {
    for id, guardrail in provider::mlspace::guardrails() : id => guardrail.title
    if contains(guardrail.kinds, "scp")
  }
}
