mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  capture_percent = 80
  endpoint_name   = "test-production"
  name            = "forecaster"
  record_file     = "../../../sagemaker_pipelines/forecaster/record.json"
  forecast = {
    feature_group     = { arn = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes", name = "test-minutes" }
    history_minutes   = 270
    prediction_length = 30
    samples           = 200
  }
}

run "the_forecaster_has_four_routes_that_require_a_key" {
  command = plan

  assert {
    condition     = join(" ", sort(keys(aws_api_gateway_method.this))) == "GET /forecast GET /health POST /batch POST /stream"
    error_message = "The routes are those of the function."
  }

  assert {
    condition     = alltrue([for method in aws_api_gateway_method.this : method.api_key_required])
    error_message = "Every method requires a key."
  }

  assert {
    condition     = alltrue([for integration in aws_api_gateway_integration.this : integration.type == "AWS_PROXY" && integration.integration_http_method == "POST"])
    error_message = "The function receives proxy events."
  }

  assert {
    condition     = join(" ", sort(flatten([for s in data.aws_iam_policy_document.predict.statement : s.actions]))) == "sagemaker:BatchGetRecord sagemaker:DescribeEndpoint sagemaker:InvokeEndpoint"
    error_message = "The function may only predict, describe the endpoint and read minutes."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.predict.statement : s.resources]) == ["arn:aws:sagemaker:eu-west-1:123456789012:endpoint/test-production", var.forecast.feature_group.arn]
    error_message = "Exactly one endpoint and one feature group."
  }

  assert {
    condition     = endswith(aws_lambda_permission.this["POST /stream"].source_arn, "/production/POST/stream")
    error_message = "Exactly the methods of the stage may invoke the function."
  }

  assert {
    condition     = jsondecode(aws_api_gateway_model.this["stream"].schema).required == ["start", "target"] && jsondecode(aws_api_gateway_model.this["batch"].schema).required == ["instances"]
    error_message = "The members of a body are checked."
  }

  assert {
    condition     = length(aws_wafv2_web_acl.this) == 0
    error_message = "By default there is no firewall."
  }

  assert {
    condition     = aws_api_gateway_usage_plan.this.throttle_settings[0].rate_limit == 10 && aws_api_gateway_usage_plan.this.quota_settings[0].period == "DAY"
    error_message = "A key has a rate and a quota."
  }

  assert {
    condition     = aws_cloudwatch_log_group.access.name == "/aws/apigateway/test-forecaster" && aws_cloudwatch_log_group.access.kms_key_id == var.foundation.kms_key_arn
    error_message = "The access log is encrypted."
  }

  assert {
    condition     = alltrue([for name, response in aws_api_gateway_gateway_response.this : response.response_parameters["gatewayresponse.header.Content-Type"] == "'application/problem+json'" && tonumber(response.status_code) == jsondecode(response.response_templates["application/json"]).status])
    error_message = "API Gateway's own errors are problem details with their own status."
  }

  assert {
    condition     = length(setsubtract(["type", "title", "status", "detail", "instance"], keys(jsondecode(aws_api_gateway_gateway_response.this["THROTTLED"].response_templates["application/json"])))) == 0
    error_message = "Problem details have all members."
  }

  assert {
    condition     = [for query in aws_cloudwatch_metric_alarm.errors.metric_query : query.expression if query.return_data == true] == ["errors - FILL(not_ready, 0)"]
    error_message = "A deployment without a model is no fault."
  }

  assert {
    condition     = { for query in aws_cloudwatch_metric_alarm.errors.metric_query : query.id => [query.metric[0].namespace, query.metric[0].metric_name, query.metric[0].dimensions] if query.id != "faults" } == { errors = ["AWS/ApiGateway", "5XXError", tomap({ ApiName = "test-forecaster", Stage = "production" })], not_ready = ["Evergreen/test", "RequestsNotReady", tomap({ EndpointName = "test-production" })] }
    error_message = "What clients see, without what the function counts."
  }
}

run "a_tabular_model_has_its_own_record" {
  command = plan

  variables {
    name        = "abalone"
    record_file = "../../../sagemaker_pipelines/abalone/record.json"
    forecast    = null
    api         = { cors_origins = ["https://forms.example.com"], waf_requests = 1000 }
  }

  assert {
    condition     = !contains(keys(local.routes), "forecast") && length(data.aws_iam_policy_document.predict.statement) == 1
    error_message = "Without a forecast there is no route and no permission to read minutes."
  }

  assert {
    condition     = jsondecode(aws_api_gateway_model.this["stream"].schema).required[0] == "sex" && jsondecode(aws_api_gateway_model.this["batch"].schema).required == ["records"]
    error_message = "The members are those of the record."
  }

  assert {
    condition     = !aws_api_gateway_method.this["OPTIONS /stream"].api_key_required && aws_api_gateway_method.this["POST /stream"].api_key_required
    error_message = "Browsers ask without a key."
  }

  assert {
    condition     = aws_api_gateway_gateway_response.this["THROTTLED"].response_parameters["gatewayresponse.header.Access-Control-Allow-Origin"] == "'https://forms.example.com'"
    error_message = "A page of the only origin can read errors."
  }

  assert {
    condition     = length(jsonencode(local.function_record)) < 2000 && local.function_record.outputs.age == 1.5
    error_message = "The record fits into the variables of the function."
  }

  assert {
    condition     = aws_wafv2_web_acl.this["own"].scope == "REGIONAL" && length(aws_wafv2_web_acl.this["own"].rule) == 3 && length(aws_wafv2_web_acl_association.this) == 1
    error_message = "The firewall limits the rate and has AWS's common rules."
  }
}

run "a_matrix_has_one_member" {
  command = plan

  variables {
    name        = "linear-regression"
    record_file = "../../../sagemaker_pipelines/linear_regression/record.json"
    forecast    = null
  }

  assert {
    condition     = jsondecode(aws_api_gateway_model.this["stream"].schema).required == ["x"] && jsondecode(aws_api_gateway_model.this["batch"].schema).required == ["x"]
    error_message = "Both routes take the matrix."
  }
}

run "an_image_instead_of_the_zip" {
  command = plan

  variables {
    api = { image_uri = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-predict:1" }
  }

  assert {
    condition     = module.function.name == "test-predict-forecaster"
    error_message = "The function keeps its name."
  }
}

run "origins_have_no_path" {
  command = plan

  variables {
    api = { cors_origins = ["https://forms.example.com/"] }
  }

  expect_failures = [var.api]
}

run "limits_are_positive" {
  command = plan

  variables {
    api = { rate_limit = 0 }
  }

  expect_failures = [var.api]
}

run "periods_are_those_of_api_gateway" {
  command = plan

  variables {
    api = { quota = { limit = 5, period = "HOUR" } }
  }

  expect_failures = [var.api]
}

run "rows_are_counted" {
  command = plan

  variables {
    api = { max_rows = 0.5 }
  }

  expect_failures = [var.api]
}

run "the_firewall_blocks_nobody_at_once" {
  command = plan

  variables {
    api = { waf_requests = 1 }
  }

  expect_failures = [var.api]
}
