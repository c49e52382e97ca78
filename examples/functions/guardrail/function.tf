# Allowed instance types for each kind of workload.
output "guardrail" {
  value = provider::mlspace::guardrail("G01", {
    studio_instance_types   = ["ml.t3.medium"]
    notebook_instance_types = ["ml.t3.medium", "ml.t3.large"]
    job_instance_types      = ["ml.m5.large", "ml.m5.xlarge"]
    endpoint_instance_types = ["ml.m5.large"]
    cluster_instance_types  = ["ml.m5.large"]
  })
}
