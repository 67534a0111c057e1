# One Lambda function with all that belongs to it: log, role, trigger, dead letters, alarms.

locals {
  function_name = "${var.foundation.prefix}-${replace(var.name, "_", "-")}"
  zip           = "${var.foundation.artifacts_dir}/${var.name}.zip"
  arn_parts     = "${var.foundation.region}:${var.foundation.account_id}"

  # Read by Powertools itself, not by the functions.
  powertools_environment = {
    POWERTOOLS_LOG_LEVEL         = var.log_level
    POWERTOOLS_METRICS_NAMESPACE = var.foundation.metric_namespace
    POWERTOOLS_SERVICE_NAME      = local.function_name
  }

  # The publisher has accounts of its own outside the commercial partition.
  powertools_account = lookup({
    cn-north-1    = "498634801083"
    us-gov-east-1 = "165087284144"
    us-gov-west-1 = "165093116878"
  }, var.foundation.region, "017000801446")
  powertools_layer = "arn:${var.foundation.partition}:lambda:${var.foundation.region}:${local.powertools_account}:layer:AWSLambdaPowertoolsPythonV3-python313-arm64:${var.powertools_layer_version}"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${local.function_name}"
  kms_key_id        = var.foundation.kms_key_arn
  retention_in_days = var.foundation.log_retention_days
}

# By way of S3, because the provider uploads files one function after the other.
resource "aws_s3_object" "code" {
  bucket      = var.foundation.bucket_name
  key         = "code/${var.name}.zip"
  source      = local.zip
  source_hash = filemd5(local.zip)

  lifecycle {
    precondition {
      condition     = fileexists(local.zip)
      error_message = "${local.zip} is missing: run `make package` first."
    }
  }
}

resource "aws_lambda_function" "this" {
  function_name    = local.function_name
  description      = var.description
  role             = aws_iam_role.this.arn
  runtime          = "python3.13"
  architectures    = ["arm64"]
  layers           = [local.powertools_layer]
  handler          = "${var.name}.handler.lambda_handler"
  s3_bucket        = aws_s3_object.code.bucket
  s3_key           = aws_s3_object.code.key
  source_code_hash = filebase64sha256(local.zip)
  memory_size      = var.memory_mb
  timeout          = var.timeout_seconds
  kms_key_arn      = var.foundation.kms_key_arn

  environment {
    variables = merge(local.powertools_environment, var.environment)
  }

  dead_letter_config {
    target_arn = local.queue_arn
  }

  tracing_config {
    mode = "Active"
  }

  # Otherwise Lambda makes the group itself, without retention; and it checks the role before it takes the dead-letter queue.
  depends_on = [aws_cloudwatch_log_group.this, aws_iam_role_policy.this]
}

resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  maximum_event_age_in_seconds = 3600
  maximum_retry_attempts       = 2
}
