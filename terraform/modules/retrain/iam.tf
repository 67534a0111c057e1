data "aws_iam_policy_document" "retrain_trigger" {
  source_policy_documents = concat(
    [var.list_versions_policy],
    !local.trains ? [] : [local.by_pipeline ? data.aws_iam_policy_document.pipeline.json : data.aws_iam_policy_document.state_machine.json],
    [for event in local.events : var.foundation.event_policies[event]],
  )

  statement {
    sid       = "DescribeAlarm"
    actions   = ["cloudwatch:DescribeAlarms"]
    resources = [var.loss_alarm.arn]
  }

  statement {
    sid       = "ListDeployments"
    actions   = ["states:ListExecutions"]
    resources = [var.state_machine_arn]
  }

  statement {
    sid       = "ReadVersionInProduction"
    actions   = ["sagemaker:DescribeModelPackage"]
    resources = ["${var.foundation.arns.sagemaker}:model-package/${var.model_package_group_name}/*"]
  }

  statement {
    sid       = "ReadThreshold"
    actions   = ["ssm:GetParameter"]
    resources = ["${var.foundation.arns.ssm}:parameter${var.threshold_parameter}"]
  }

  dynamic "statement" {
    for_each = local.trains ? var.feature_group[*] : []

    content {
      sid       = "ReadMinutes"
      actions   = ["sagemaker:BatchGetRecord"]
      resources = [statement.value.arn]
    }
  }

  statement {
    sid       = "ReadMonitoringResultsAndEvaluations"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/monitoring/production/*", "${var.foundation.bucket_arn}/training/*"]
  }

  dynamic "statement" {
    for_each = local.own_trainings

    content {
      sid       = "CompleteRecordsOfTrainings"
      actions   = ["s3:GetObject", "s3:PutObject"]
      resources = ["${var.foundation.bucket_arn}/experiments/*"]
    }
  }

  statement {
    sid       = "ListMonitoringResultsAndRecords"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = local.trains ? ["experiments/*", "monitoring/production/*", "training-data/*"] : ["monitoring/production/*"]
    }
  }

  dynamic "statement" {
    for_each = local.own_trainings

    content {
      sid     = "ReadHyperparametersAndPolicy"
      actions = ["ssm:GetParametersByPath"]
      resources = [
        "${local.parameters}/quality/policy",
        "${local.parameters}/quality/policy/*",
        "${local.parameters}/training/hyperparameters",
        "${local.parameters}/training/hyperparameters/*",
      ]
    }
  }
}
