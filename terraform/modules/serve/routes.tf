# Every method invokes the function. Browsers ask with OPTIONS, without a key.

locals {
  methods = merge(
    { for route, method in local.routes : "${method} /${route}" => { method = method, route = route } },
    { for route in keys(local.routes) : "OPTIONS /${route}" => { method = "OPTIONS", route = route } if length(var.api.cors_origins) > 0 },
  )
}

resource "aws_api_gateway_resource" "this" {
  for_each = local.routes

  rest_api_id = aws_api_gateway_rest_api.this.id
  parent_id   = aws_api_gateway_rest_api.this.root_resource_id
  path_part   = each.key
}

resource "aws_api_gateway_method" "this" {
  for_each = local.methods

  rest_api_id          = aws_api_gateway_rest_api.this.id
  resource_id          = aws_api_gateway_resource.this[each.value.route].id
  http_method          = each.value.method
  authorization        = "NONE"
  api_key_required     = each.value.method != "OPTIONS"
  request_models       = each.value.method == "POST" ? { "application/json" = aws_api_gateway_model.this[each.value.route].name } : {}
  request_validator_id = each.value.method == "POST" ? aws_api_gateway_request_validator.this.id : null
}

resource "aws_api_gateway_integration" "this" {
  for_each = local.methods

  rest_api_id             = aws_api_gateway_rest_api.this.id
  resource_id             = aws_api_gateway_resource.this[each.value.route].id
  http_method             = aws_api_gateway_method.this[each.key].http_method
  integration_http_method = "POST"
  timeout_milliseconds    = 29000
  type                    = "AWS_PROXY"
  uri                     = aws_lambda_alias.live.invoke_arn
}
