# What a kind of processing jobs needs: the role that they run with, the permissions to start one, and a message if
# one fails. The jobs themselves are created at run time.

# SageMaker reports a failure only as an event.
resource "aws_cloudwatch_event_rule" "failed" {
  name        = "${var.name}-failed"
  description = "Job of ${var.name} failed -> topic of alerts"

  event_pattern = jsonencode({
    source        = ["aws.sagemaker"]
    "detail-type" = ["SageMaker Processing Job State Change"]
    detail = {
      ProcessingJobName   = [{ prefix = "${var.name}-" }]
      ProcessingJobStatus = ["Failed"]
    }
  })
}

resource "aws_cloudwatch_event_target" "failed" {
  rule      = aws_cloudwatch_event_rule.failed.name
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

data "aws_iam_policy_document" "job" {
  source_policy_documents = [var.policy]

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:GenerateDataKey"]
    resources = [var.foundation.kms_key_arn]
  }

  statement {
    sid       = "WriteJobMetrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"] # the action does not support resource-level permissions; the namespace limits it

    condition {
      test     = "StringEquals"
      variable = "cloudwatch:namespace"
      values   = concat(["/aws/sagemaker/ProcessingJobs"], var.metric_namespaces)
    }
  }

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["${var.foundation.arns.logs}:log-group:/aws/sagemaker/*"] # SageMaker writes all jobs of an account to shared log groups
  }
}

module "role" {
  source = "../service_role"

  account_id               = var.foundation.account_id
  description              = var.description
  image_repository_arns    = [var.repository_arn]
  name                     = var.name
  permissions_boundary_arn = var.foundation.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.job.json
  service                  = "sagemaker"
  vpc_config               = var.foundation.vpc_config
}

module "volume_grant" {
  source = "../key_grant"

  kms_key_arn = var.foundation.kms_key_arn
  sid         = "GrantKeyToVolume"
}

# Of the function that starts the jobs.
data "aws_iam_policy_document" "start" {
  override_policy_documents = [module.volume_grant.json]

  statement {
    sid       = "StartJob"
    actions   = ["sagemaker:CreateProcessingJob"]
    resources = ["${var.foundation.arns.sagemaker}:processing-job/${var.name}-*"]
  }

  statement {
    sid       = "PassJobRole"
    actions   = ["iam:PassRole"]
    resources = ["${var.foundation.arns.iam}:role/${var.name}"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["sagemaker.amazonaws.com"]
    }
  }

  statement {
    sid       = "DescribeKeyOfVolume"
    actions   = ["kms:DescribeKey"]
    resources = [var.foundation.kms_key_arn]
  }
}
