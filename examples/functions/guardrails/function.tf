# The guardrails that a service control policy can hold, with what they are about.
output "guardrails" {
  value = {
    for id, guardrail in provider::mlspace::guardrails() : id => guardrail.title
    if contains(guardrail.kinds, "scp")
  }
}
