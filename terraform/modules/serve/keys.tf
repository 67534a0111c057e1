# API Gateway generates the key; it is in no output. `evergreen api key` reads it.
resource "aws_api_gateway_api_key" "this" {
  name        = local.name
  description = "Clients of the API of ${var.name}"
}

resource "aws_api_gateway_usage_plan" "this" {
  name        = local.name
  description = "Limits of a key of the API of ${var.name}"

  api_stages {
    api_id = aws_api_gateway_rest_api.this.id
    stage  = aws_api_gateway_stage.this.stage_name
  }

  quota_settings {
    limit  = var.api.quota.limit
    period = var.api.quota.period
  }

  throttle_settings {
    burst_limit = var.api.burst_limit
    rate_limit  = var.api.rate_limit
  }
}

resource "aws_api_gateway_usage_plan_key" "this" {
  key_id        = aws_api_gateway_api_key.this.id
  key_type      = "API_KEY"
  usage_plan_id = aws_api_gateway_usage_plan.this.id
}
