# Feature Store writes many small files; a daily job merges them into one file per hour.

locals {
  job_name = "${var.foundation.prefix}-compaction" # name of the role, prefix of the job names

  # VpcConfig of the jobs; null: none.
  vpc_config = one([for vpc in var.foundation.vpc_config[*] : { SecurityGroupIds = vpc.security_group_ids, Subnets = vpc.subnet_ids }])
}

module "offline_compactor" {
  source = "../lambda_function"

  name              = "offline_compactor"
  description       = "Schedule -> processing job that merges small files of the offline store"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.offline_compactor.json

  environment = {
    FEATURE_GROUP_NAMES = join(",", [for group in local.groups : group.name])
    IMAGE               = var.image
    INSTANCE_TYPE       = "ml.t3.medium" # the job is bound by S3, not by CPU
    KMS_KEY_ARN         = var.foundation.kms_key_arn
    PREFIX              = var.foundation.prefix
    ROLE_ARN            = module.compaction_role.arn
    VPC_CONFIG          = jsonencode(local.vpc_config)
  }

  triggers = { for expression in compact([var.features.compaction_schedule]) : "schedule" => {
    description         = "Scheduled compaction -> offline_compactor"
    schedule_expression = expression
  } }
}

# The function only starts the job; SageMaker reports its failure.
resource "aws_cloudwatch_event_rule" "compaction_failed" {
  name        = "${local.job_name}-failed"
  description = "Compaction failed -> notification topic"
  event_pattern = jsonencode({
    source        = ["aws.sagemaker"]
    "detail-type" = ["SageMaker Processing Job State Change"]
    detail = {
      ProcessingJobName   = [{ prefix = "${local.job_name}-" }]
      ProcessingJobStatus = ["Failed"]
    }
  })
}

resource "aws_cloudwatch_event_target" "compaction_failed" {
  rule      = aws_cloudwatch_event_rule.compaction_failed.name
  target_id = "topic"
  arn       = var.foundation.topic_arn

  dead_letter_config {
    arn = var.foundation.undelivered_queue_arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 3600
    maximum_retry_attempts       = 10
  }
}
