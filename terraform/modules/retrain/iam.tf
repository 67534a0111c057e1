data "aws_iam_policy_document" "retrain_trigger" {
  source_policy_documents = [var.list_versions_policy, local.by_pipeline ? data.aws_iam_policy_document.pipeline.json : data.aws_iam_policy_document.state_machine.json]

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
    for_each = var.feature_group[*]

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

  statement {
    sid       = "CompleteRecordsOfTrainings"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/experiments/*"]
  }

  statement {
    sid       = "ListMonitoringResultsAndRecords"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["experiments/*", "monitoring/production/*", "training-data/*"]
    }
  }

  statement {
    sid     = "ReadHyperparametersAndPolicy"
    actions = ["ssm:GetParametersByPath"]
    resources = [
      "${local.parameters}/quality/policy",
      "${local.parameters}/quality/policy/*",
      "${local.parameters}/training/hyperparameters",
      "${local.parameters}/training/hyperparameters/*",
    ]
  }

  statement {
    sid       = "RecordDecision"
    actions   = ["events:PutEvents"]
    resources = [var.foundation.bus_arn]

    # Other events of this bus start deployments and trainings.
    condition {
      test     = "StringEquals"
      variable = "events:source"
      values   = ["evergreen.loop"]
    }

    condition {
      test     = "StringEquals"
      variable = "events:detail-type"
      values   = ["Retraining Skipped", "Retraining Started", "Training Failed"]
    }
  }
}
