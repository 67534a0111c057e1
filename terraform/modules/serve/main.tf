# Beside the loop: serve. The HTTP API of one deployed model: API Gateway -> predict -> endpoint.

locals {
  name   = "${var.foundation.prefix}-${var.name}"
  record = jsondecode(file(var.record_file))

  # Only what the function reads: all its variables together may have 4 KB.
  function_record = merge(
    { for key, value in local.record : key => value if !contains(["description", "example", "features"], key) },
    { features = [for feature in try(local.record.features, []) : { for key, value in feature : key => value if !contains(["description", "example"], key) }] },
  )

  routes = merge(
    { batch = "POST", health = "GET", stream = "POST" },
    { for _ in var.forecast[*] : "forecast" => "GET" },
  )
}

module "function" {
  source = "../lambda_function"

  name              = "predict"
  suffix            = var.name
  description       = "Request to the API of ${var.name} -> predictions of its endpoint"
  function_defaults = var.function_defaults
  image_uri         = var.api.image_uri
  memory_mb         = var.api.memory_mb
  policy            = data.aws_iam_policy_document.predict.json
  publish           = true
  timeout_seconds   = 29 # API Gateway waits no longer

  environment = {
    CORS_ORIGINS  = jsonencode(var.api.cors_origins)
    ENDPOINT_NAME = var.endpoint_name
    FORECAST = jsonencode(one([for forecast in var.forecast[*] : {
      feature_group_name = forecast.feature_group.name
      history_minutes    = forecast.history_minutes
      prediction_length  = forecast.prediction_length
      samples            = forecast.samples
    }]))
    MAX_ROWS = tostring(var.api.max_rows)
    RECORD   = jsonencode(local.function_record)
  }
}

resource "aws_api_gateway_rest_api" "this" {
  name        = local.name
  description = "Predictions of ${var.name}"

  endpoint_configuration {
    types = ["REGIONAL"]
  }

  lifecycle {
    create_before_destroy = true
  }
}
