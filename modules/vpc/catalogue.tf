# The services that workloads reach without the internet, and how their endpoints are named in each partition.
#
# Sources: "AWS services that integrate with AWS PrivateLink"
# (https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html) and its page of the China Regions
# (https://docs.amazonaws.cn/en_us/vpc/latest/privatelink/aws-services-privatelink-support.html). A service may still be
# missing from a single region: `aws ec2 describe-vpc-endpoint-services` lists those of yours.

locals {
  region    = data.aws_region.current.id
  partition = data.aws_partition.current.partition

  # What a notebook, job or endpoint of SageMaker calls to work at all.
  standard_services = [
    "ec2", "ecr.api", "ecr.dkr", "kms", "logs", "monitoring", "notebook", "sagemaker.api", "sagemaker.runtime", "ssm",
    "studio", "sts",
  ]

  # What some call besides.
  further_services = [
    "athena", "bedrock-runtime", "codeartifact.api", "codeartifact.repositories", "comprehend", "elasticfilesystem",
    "elasticmapreduce", "events", "glue", "lambda", "sagemaker.featurestore-runtime", "secretsmanager", "servicecatalog", "sns",
    "sqs", "ssmmessages", "states", "translate",
  ]

  # Where the name does not start with `com.amazonaws`: SageMaker's own in every partition, others in China.
  prefixes = {
    aws        = {}
    aws-us-gov = {}
    aws-cn = { for service in [
      "athena", "ec2", "ecr.api", "ecr.dkr", "elasticfilesystem", "lambda", "monitoring", "sagemaker.api",
      "sagemaker.featurestore-runtime", "sagemaker.runtime", "servicecatalog", "sqs", "states", "sts",
    ] : service => "cn.com.amazonaws" }
  }
  sagemaker_prefixes = { notebook = "aws.sagemaker", studio = "aws.sagemaker" }

  # Services that a partition does not have at all.
  absent = {
    aws        = []
    aws-us-gov = ["codeartifact.api", "codeartifact.repositories"]
    aws-cn     = ["bedrock-runtime", "codeartifact.api", "codeartifact.repositories", "comprehend", "translate"]
  }

  # Names of the endpoints by service; in a partition that is not listed, those of the commercial one.
  catalogue = {
    for service in setsubtract(concat(local.standard_services, local.further_services), lookup(local.absent, local.partition, [])) :
    service => join(".", [
      lookup(merge(lookup(local.prefixes, local.partition, {}), local.sagemaker_prefixes), service, "com.amazonaws"),
      local.region,
      service,
    ])
  }
}
