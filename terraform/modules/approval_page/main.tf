# The page of approval links: API Gateway -> approval_page -> the decision of the waiting deployment.

locals {
  name             = "${var.foundation.prefix}-approval"
  path             = "approval"
  stage            = "decide"
  paused_parameter = "/${var.foundation.prefix}/operations/paused"
}

module "function" {
  source = "../lambda_function"

  name              = "approval_page"
  description       = "Approval link -> page; its form decides"
  alarmed           = false # whoever opens a link sees that it failed, and repeats it
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.approval_page.json
  timeout_seconds   = 29 # API Gateway waits no longer

  environment = {
    PAUSED_PARAMETER = local.paused_parameter
    PENDING_PATH     = var.pending_path
  }
}

resource "aws_api_gateway_rest_api" "this" {
  name        = local.name
  description = "Page of approval links"

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_api_gateway_resource" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_rest_api.this.root_resource_id
  path_part   = local.path
}

# Whoever has the signed link may decide: there is no other authorization. No method for HEAD.
resource "aws_api_gateway_method" "this" {
  # checkov:skip=CKV_AWS_59:checkov's limit: it does not see that the signed link is the authorization
  for_each = toset(["GET", "POST"])

  rest_api_id   = aws_api_gateway_rest_api.this.id
  resource_id   = aws_api_gateway_resource.this.id
  http_method   = each.key
  authorization = "NONE"

  request_parameters   = each.key == "GET" ? { "method.request.querystring.token" = true } : {} # pragma: allowlist secret
  request_validator_id = aws_api_gateway_request_validator.this.id
}

resource "aws_api_gateway_request_validator" "this" {
  rest_api_id                 = aws_api_gateway_rest_api.this.id
  name                        = "parameters"
  validate_request_parameters = true
}

resource "aws_api_gateway_integration" "this" {
  for_each = aws_api_gateway_method.this

  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = aws_api_gateway_resource.this.id
  http_method             = each.value.http_method
  integration_http_method = "POST"
  type                    = "AWS_PROXY"
  uri                     = module.function.invoke_arn
}

resource "aws_lambda_permission" "this" {
  for_each = aws_api_gateway_method.this

  statement_id  = "api-${lower(each.key)}"
  action        = "lambda:InvokeFunction"
  function_name = module.function.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${local.stage}/${each.key}/${local.path}"
}

resource "aws_api_gateway_deployment" "this" {
  rest_api_id = aws_api_gateway_rest_api.this.id
  description = "Deployed by Terraform"

  # A stage serves a copy of the API: whatever changes it needs another deployment.
  triggers = { definition = sha1(jsonencode([filesha1("${path.module}/main.tf"), module.function.invoke_arn])) }

  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_api_gateway_integration.this]
}

resource "aws_api_gateway_stage" "this" {
  # checkov:skip=CKV_AWS_120:cost: a cache costs 15 USD a month and more, and the page must not be cached
  # checkov:skip=CKV_AWS_76:cost: the function logs every request; access logs need a role of the account
  # checkov:skip=CKV2_AWS_4:cost: the same
  # checkov:skip=CKV2_AWS_29:cost: a firewall costs 8 USD a month; a link cannot be guessed, and requests are throttled
  # checkov:skip=CKV2_AWS_51:API Gateway's limit: a client certificate is for HTTP backends; this one is a function
  rest_api_id          = aws_api_gateway_rest_api.this.id
  deployment_id        = aws_api_gateway_deployment.this.id
  stage_name           = local.stage
  description          = "Page of approval links"
  xray_tracing_enabled = true
}

resource "aws_api_gateway_method_settings" "this" {
  # checkov:skip=CKV_AWS_225:cost: a cache, as of the stage
  rest_api_id = aws_api_gateway_rest_api.this.id
  stage_name  = aws_api_gateway_stage.this.stage_name
  method_path = "*/*"

  settings {
    logging_level          = "OFF" # would contain the links
    metrics_enabled        = false
    throttling_burst_limit = 5
    throttling_rate_limit  = 1 # per second, of all clients
  }
}
