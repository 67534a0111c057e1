# API Gateway's own errors, as problem details like those of the function (functions/predict/problems.py).

locals {
  problems = {
    ACCESS_DENIED                = { status = 403, type = "forbidden", title = "The request is not allowed", detail = "a policy denies the request" }
    API_CONFIGURATION_ERROR      = { status = 502, type = "model-failed", title = "The model failed", detail = "the function could not be invoked" }
    BAD_REQUEST_BODY             = { status = 400, type = "invalid-body", title = "The body cannot be read", detail = "body: expected a JSON object with the members ${join(", ", local.members.stream)} (POST /stream) or ${join(", ", local.members.batch)} (POST /batch)" }
    BAD_REQUEST_PARAMETERS       = { status = 400, type = "invalid-header", title = "A header is malformed", detail = "a parameter is missing or malformed" }
    DEFAULT_5XX                  = { status = 502, type = "model-failed", title = "The model failed", detail = "the function failed; its log has the cause" }
    EXPIRED_TOKEN                = { status = 403, type = "forbidden", title = "The request is not allowed", detail = "the signature is expired; the API takes a key in the header x-api-key" }
    INTEGRATION_FAILURE          = { status = 502, type = "model-failed", title = "The model failed", detail = "the function could not be invoked" }
    INTEGRATION_TIMEOUT          = { status = 504, type = "timeout", title = "The model did not answer in time", detail = "expected an answer within 29 seconds; send fewer rows" }
    INVALID_API_KEY              = { status = 403, type = "forbidden", title = "The request is not allowed", detail = "x-api-key: got no key or a wrong one, expected a key of this API" }
    INVALID_SIGNATURE            = { status = 403, type = "forbidden", title = "The request is not allowed", detail = "the signature is invalid; the API takes a key in the header x-api-key" }
    MISSING_AUTHENTICATION_TOKEN = { status = 404, type = "not-found", title = "This API has no such route", detail = "expected one of: ${join(", ", sort(keys(local.methods)))}" }
    QUOTA_EXCEEDED               = { status = 429, type = "quota-exceeded", title = "The quota of the key is used up", detail = "expected at most ${var.api.quota.limit} requests per ${lower(var.api.quota.period)}" }
    REQUEST_TOO_LARGE            = { status = 413, type = "too-large", title = "The request or its answer is too large", detail = "body: expected at most 6,291,456 bytes; send fewer rows" }
    RESOURCE_NOT_FOUND           = { status = 404, type = "not-found", title = "This API has no such route", detail = "expected one of: ${join(", ", sort(keys(local.methods)))}" }
    THROTTLED                    = { status = 429, type = "too-many-requests", title = "The endpoint gets too many requests", detail = "expected at most ${var.api.rate_limit} requests per second, after a burst of ${var.api.burst_limit}" }
    UNSUPPORTED_MEDIA_TYPE       = { status = 415, type = "unsupported-media-type", title = "The content type is not supported", detail = "Content-Type: expected application/json" }
    WAF_FILTERED                 = { status = 403, type = "forbidden", title = "The request is not allowed", detail = "the firewall refuses the request" }
  }

  # The headers of a problem. Only one allowed origin can be named here, because API Gateway cannot choose.
  problem_headers = merge(
    {
      "gatewayresponse.header.Content-Type"   = "'application/problem+json'"
      "gatewayresponse.header.X-Inference-Id" = "method.request.header.X-Inference-Id"
    },
    { for origin in var.api.cors_origins : "gatewayresponse.header.Access-Control-Allow-Origin" => "'${origin}'" if length(var.api.cors_origins) == 1 },
  )

  # API Gateway fills in the id of the request.
  problem_templates = { for name, problem in local.problems : name => jsonencode(merge(
    {
      type     = "urn:evergreen:problem:${problem.type}"
      title    = problem.title
      status   = problem.status
      detail   = problem.detail
      instance = "$context.requestId"
    },
    name == "BAD_REQUEST_BODY" ? { errors = [{ pointer = "", detail = problem.detail }] } : {},
  )) }
}

resource "aws_api_gateway_gateway_response" "this" {
  for_each = local.problems

  rest_api_id         = aws_api_gateway_rest_api.this.id
  response_type       = each.key
  status_code         = tostring(each.value.status)
  response_parameters = local.problem_headers
  response_templates  = { "application/json" = local.problem_templates[each.key] } # API Gateway uses no other key
}
