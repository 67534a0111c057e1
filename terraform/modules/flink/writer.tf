# Stream of minute rows -> feature_writer -> Feature Store.

module "feature_writer" {
  source = "../lambda_function"

  name              = "feature_writer"
  description       = "Batch of minute rows from the streaming job -> Feature Store"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.feature_writer.json

  environment = {
    FEATURE_GROUPS = jsonencode([for group in var.feature_groups : [group.name, group.features]])
  }
}

data "aws_iam_policy_document" "feature_writer" {
  statement {
    sid       = "ReadRows"
    actions   = local.read_stream
    resources = [local.stream_arns["minutes"]]
  }

  statement {
    sid       = "WriteRows"
    actions   = ["sagemaker:PutRecord"]
    resources = var.feature_groups[*].arn
  }
}

resource "aws_lambda_event_source_mapping" "minutes" {
  function_name                      = module.feature_writer.arn
  event_source_arn                   = aws_kinesis_stream.this["minutes"].arn
  starting_position                  = "TRIM_HORIZON"
  batch_size                         = 100
  maximum_batching_window_in_seconds = 1
  bisect_batch_on_function_error     = true
  function_response_types            = ["ReportBatchItemFailures"]
  maximum_record_age_in_seconds      = 3600
  maximum_retry_attempts             = 10

  destination_config {
    on_failure {
      destination_arn = "${var.foundation.arns.sqs}:${module.feature_writer.name}-dead-letters"
    }
  }
}
