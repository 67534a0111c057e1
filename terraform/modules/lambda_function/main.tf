# One Lambda function with its log group, role, triggers, dead-letter queue and alarms.

locals {
  ending        = var.suffix == "" ? "" : "-${var.suffix}"
  function_name = "${var.function_defaults.prefix}-${replace(var.name, "_", "-")}${local.ending}"
  zip           = "${var.function_defaults.artifacts_dir}/${var.name}.zip"

  # Read by Powertools itself, not by the functions.
  powertools_environment = {
    POWERTOOLS_LOG_LEVEL         = var.log_level
    POWERTOOLS_METRICS_NAMESPACE = var.function_defaults.metric_namespace
    POWERTOOLS_SERVICE_NAME      = local.function_name
  }

  # The publisher uses other accounts outside of the commercial partition.
  powertools_account = lookup({
    cn-north-1    = "498634801083"
    us-gov-east-1 = "165087284144"
    us-gov-west-1 = "165093116878"
  }, var.function_defaults.region, "017000801446")
  powertools_layer = "arn:${var.function_defaults.partition}:lambda:${var.function_defaults.region}:${local.powertools_account}:layer:AWSLambdaPowertoolsPythonV3-python313-arm64:${var.powertools_layer_version}"
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/lambda/${local.function_name}"
  kms_key_id        = var.function_defaults.kms_key_arn
  retention_in_days = var.function_defaults.log_retention_days
}

# Deployed from S3: the provider serializes direct uploads.
resource "aws_s3_object" "code" {
  for_each = toset(var.image_uri == null ? ["zip"] : [])

  bucket      = var.function_defaults.bucket_name
  key         = "code/${var.name}${local.ending}.zip"
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
  # checkov:skip=CKV_AWS_115:Lambda's limit: reservations would use up the 10 concurrent executions of a new account
  # checkov:skip=CKV_AWS_272:Lambda's limit: it signs only by jobs of AWS Signer, and Terraform does not build code
  function_name    = local.function_name
  description      = var.description
  role             = module.role.arn
  architectures    = ["arm64"]
  package_type     = var.image_uri == null ? "Zip" : "Image"
  image_uri        = var.image_uri
  runtime          = var.image_uri == null ? "python3.13" : null
  layers           = var.image_uri == null ? [local.powertools_layer] : null
  handler          = var.image_uri == null ? "${var.name}.handler.lambda_handler" : null
  s3_bucket        = one(values(aws_s3_object.code)[*].bucket)
  s3_key           = one(values(aws_s3_object.code)[*].key)
  source_code_hash = var.image_uri == null ? filebase64sha256(local.zip) : null
  memory_size      = var.memory_mb
  timeout          = var.timeout_seconds
  publish          = var.publish
  kms_key_arn      = var.function_defaults.kms_key_arn

  environment {
    variables = merge(local.powertools_environment, var.environment)
  }

  dead_letter_config {
    target_arn = local.queue_arn
  }

  dynamic "vpc_config" {
    for_each = var.function_defaults.vpc_config[*]

    content {
      security_group_ids = vpc_config.value.security_group_ids
      subnet_ids         = vpc_config.value.subnet_ids
    }
  }

  tracing_config {
    mode = "Active"
  }

  depends_on = [aws_cloudwatch_log_group.this] # otherwise Lambda creates the log group, without retention
}

resource "aws_lambda_function_event_invoke_config" "this" {
  function_name                = aws_lambda_function.this.function_name
  maximum_event_age_in_seconds = 3600
  maximum_retry_attempts       = 2
}
