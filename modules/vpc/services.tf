# The services that workloads reach without the internet, and the names of their endpoints in each
# partition.
#
# Sources: "AWS services that integrate with AWS PrivateLink"
# (https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html) and its
# page of the China Regions
# (https://docs.amazonaws.cn/en_us/vpc/latest/privatelink/aws-services-privatelink-support.html). A
# service may still be missing from a single region: `aws ec2 describe-vpc-endpoint-services` lists
# those of yours.

locals {
  region    = data.aws_region.current.id
  partition = data.aws_partition.current.partition

  # Services that notebooks, jobs and endpoints of SageMaker need.
  standard_services = [
    "ec2", "ecr.api", "ecr.dkr", "kms", "logs", "monitoring", "notebook", "sagemaker.api", "sagemaker.runtime", "ssm",
    "studio", "sts",
  ]

  # Services that some workloads also call.
  further_services = [
    "application-autoscaling", "athena", "bedrock", "bedrock-runtime", "codeartifact.api", "codeartifact.repositories",
    "codecommit", "comprehend", "elasticfilesystem", "elasticmapreduce", "events", "experiments", "git-codecommit", "glue",
    "lakeformation", "lambda", "sagemaker.featurestore-runtime", "sagemaker.metrics", "scheduler", "secretsmanager",
    "servicecatalog", "sns", "sqs", "ssmmessages", "states", "translate",
  ]

  # Services whose endpoint name does not start with `com.amazonaws`: three of SageMaker in every
  # partition, others in China.
  prefixes = {
    aws        = {}
    aws-us-gov = {}
    aws-cn = { for service in [
      "application-autoscaling", "athena", "ec2", "ecr.api", "ecr.dkr", "elasticfilesystem", "lambda", "monitoring", "sagemaker.api",
      "sagemaker.featurestore-runtime", "sagemaker.runtime", "servicecatalog", "sqs", "states", "sts",
    ] : service => "cn.com.amazonaws" }
  }
  sagemaker_prefixes = { for service in ["experiments", "notebook", "studio"] : service => "aws.sagemaker" }

  # Services that a partition does not have.
  absent = {
    aws        = []
    aws-us-gov = ["codeartifact.api", "codeartifact.repositories"]
    aws-cn = [
      "bedrock", "bedrock-runtime", "codeartifact.api", "codeartifact.repositories", "comprehend", "experiments", "translate",
    ]
  }

  # Names of the endpoints by service; an unlisted partition has the names of the commercial one.
  endpoint_names = {
    for service in setsubtract(concat(local.standard_services, local.further_services), lookup(local.absent, local.partition, [])) :
    service => join(".", [
      lookup(merge(lookup(local.prefixes, local.partition, {}), local.sagemaker_prefixes), service, "com.amazonaws"),
      local.region,
      service,
    ])
  }
}
