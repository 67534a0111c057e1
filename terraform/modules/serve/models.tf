# What API Gateway itself checks in a JSON body, so that other bodies cost no invocation: it is an object with the
# members of the record. Values are checked by the function, because API Gateway does not say which value is wrong.

locals {
  features = [for feature in try(local.record.features, []) : feature.name]
  matrix   = try([local.record.request.matrix], [])

  members = {
    batch  = local.is_forecaster ? ["instances"] : coalescelist(local.matrix, ["records"])
    stream = local.is_forecaster ? ["start", "target"] : coalescelist(local.matrix, local.features)
  }

  is_forecaster = try(local.record.format, "") == "deepar"

  models = {
    for route, members in local.members : route => jsonencode({
      "$schema" = "http://json-schema.org/draft-04/schema#"
      title     = "${title(route)}Request"
      type      = "object"
      required  = members
    })
  }
}

resource "aws_api_gateway_model" "this" {
  for_each = local.models

  rest_api_id  = aws_api_gateway_rest_api.this.id
  name         = "${title(each.key)}Request"
  description  = "Members of a request to /${each.key}"
  content_type = "application/json"
  schema       = each.value
}

resource "aws_api_gateway_request_validator" "this" {
  rest_api_id           = aws_api_gateway_rest_api.this.id
  name                  = "body"
  validate_request_body = true
}
