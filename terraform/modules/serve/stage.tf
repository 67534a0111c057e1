locals {
  stage = "production"
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  description = "Deployed by Terraform"

  # A stage serves a copy of the API: whatever changes it needs another deployment.
  triggers = {
    definition = sha1(jsonencode({
      files    = [for name in ["gateway_responses.tf", "models.tf", "routes.tf"] : filesha1("${path.module}/${name}")]
      function = aws_lambda_alias.live.arn
      headers  = local.problem_headers
      methods  = local.methods
      models   = local.models
      problems = local.problem_templates
    }))
  }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_api_gateway_gateway_response.this, aws_api_gateway_integration.this]
}

resource "aws_cloudwatch_log_group" "access" {
  name              = "/aws/apigateway/${local.name}"
  kms_key_id        = var.foundation.kms_key_arn
  retention_in_days = var.foundation.log_retention_days
}

resource "aws_api_gateway_stage" "this" {
  # checkov:skip=CKV_AWS_120:cost: a cache costs 15 USD a month and more, and predictions differ from request to request
  # checkov:skip=CKV2_AWS_51:API Gateway's limit: a client certificate is for HTTP backends; this one is a function
  # checkov:skip=CKV2_AWS_77:checkov's limit: it also requires AWS's list of anonymous addresses, which blocks clients in clouds
  # checkov:skip=CKV2_AWS_4:API Gateway's limit: it creates the group of execution logs itself, without encryption
  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = local.stage
  description          = "Serves ${var.endpoint_name}"
  xray_tracing_enabled = true

  access_log_settings {
    destination_arn = aws_cloudwatch_log_group.access.arn
    format = jsonencode({
      apiKeyId          = "$context.identity.apiKeyId"
      error             = "$context.error.message"
      httpMethod        = "$context.httpMethod"
      integrationError  = "$context.integration.error"
      integrationStatus = "$context.integration.status"
      path              = "$context.resourcePath"
      requestId         = "$context.requestId"
      requestTime       = "$context.requestTime"
      responseLatency   = "$context.responseLatency"
      responseLength    = "$context.responseLength"
      sourceIp          = "$context.identity.sourceIp"
      status            = "$context.status"
      userAgent         = "$context.identity.userAgent"
      validationError   = "$context.error.validationErrorString"
    })
  }

  lifecycle {
    # Also makes the stage wait for the role: without it, API Gateway refuses access logs.
    precondition {
      condition     = var.log_role_arn == null ? true : length(var.log_role_arn) > 0
      error_message = "log_role_arn: expected an ARN, or null if the account has the role."
    }
  }
}

resource "aws_api_gateway_method_settings" "this" {
  # checkov:skip=CKV_AWS_225:cost: a cache, as of the stage
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    logging_level          = "OFF" # access logs say enough
    metrics_enabled        = false # detailed ones are billed per method; those of the stage are free
    throttling_burst_limit = var.api.burst_limit
    throttling_rate_limit  = var.api.rate_limit
  }
}

# What clients see, faults of API Gateway and Lambda included, without the 503 of a deployment that has no model yet or is
# paused: a health check of it is no fault. The function counts those, so a deployment that serves has no such metric.
resource "aws_cloudwatch_metric_alarm" "errors" {
  alarm_name          = "${local.name}-api-errors"
  alarm_description   = "The API of ${var.name} answered with 5XX: ${var.foundation.runbook_url}#api-errors"
  evaluation_periods  = 1
  comparison_operator = "GreaterThanOrEqualToThreshold"
  threshold           = 5
  treat_missing_data  = "notBreaching"
  alarm_actions       = [var.foundation.topic_arn]

  metric_query {
    id          = "faults"
    expression  = "errors - FILL(not_ready, 0)"
    label       = "5XX without those of a deployment that has no model"
    return_data = true
  }

  metric_query {
    id = "errors"

    metric {
      namespace   = "AWS/ApiGateway"
      metric_name = "5XXError"
      dimensions  = { ApiName = local.name, Stage = local.stage }
      period      = 300
      stat        = "Sum"
    }
  }

  metric_query {
    id = "not_ready"

    metric {
      namespace   = var.foundation.metric_namespace
      metric_name = "RequestsNotReady"
      dimensions  = { EndpointName = var.endpoint_name }
      period      = 300
      stat        = "Sum"
    }
  }
}
