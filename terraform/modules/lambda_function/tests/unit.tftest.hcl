mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  name        = "window_aggregator"
  description = "in -> out"
  policy      = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  environment = { BUCKET = "test-data" }

  triggers = {
    object = { description = "d", event_pattern = "{\"source\":[\"aws.s3\"]}" }
    hourly = { description = "d", schedule_expression = "cron(0 * * * ? *)" }
    check  = { description = "d", schedule_expression = "rate(1 hour)", input = { source = "x" } }
    own    = { description = "d", event_pattern = "{\"source\":[\"x\"]}", event_bus_name = "test" }
  }
}

run "function_has_log_group_role_triggers_and_dead_letter_queue" {
  command = plan

  assert {
    condition     = aws_lambda_function.this.function_name == "test-window-aggregator"
    error_message = "The name is the prefix and the directory, with hyphens."
  }

  assert {
    condition     = aws_lambda_function.this.handler == "window_aggregator.handler.lambda_handler"
    error_message = "The handler has the same module path as in the repository."
  }

  assert {
    condition     = endswith(aws_s3_object.code["zip"].source, "/window_aggregator.zip") && aws_lambda_function.this.s3_key == aws_s3_object.code["zip"].key && aws_s3_object.code["zip"].key == "code/window_aggregator.zip"
    error_message = "The zip is that of the directory."
  }

  assert {
    condition = aws_lambda_function.this.environment[0].variables == tomap({
      BUCKET                       = "test-data"
      POWERTOOLS_LOG_LEVEL         = "INFO"
      POWERTOOLS_METRICS_NAMESPACE = "Evergreen/test"
      POWERTOOLS_SERVICE_NAME      = "test-window-aggregator"
    })
    error_message = "The environment has the function's settings and those of Powertools."
  }

  assert {
    condition     = tolist(aws_lambda_function.this.layers) == tolist(["arn:aws:lambda:eu-west-1:017000801446:layer:AWSLambdaPowertoolsPythonV3-python313-arm64:27"])
    error_message = "Powertools comes from its public layer, for the runtime and architecture of the function."
  }

  assert {
    condition     = aws_lambda_function.this.runtime == "python3.13" && tolist(aws_lambda_function.this.architectures) == tolist(["arm64"])
    error_message = "Runtime and architecture are python3.13 on arm64."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.name == "/aws/lambda/test-window-aggregator"
    error_message = "The log group has the name that Lambda writes to."
  }

  assert {
    condition     = aws_cloudwatch_log_group.this.retention_in_days == 14 && aws_cloudwatch_log_group.this.kms_key_id == var.function_defaults.kms_key_arn
    error_message = "The log expires and is encrypted."
  }

  assert {
    condition     = aws_lambda_function.this.dead_letter_config[0].target_arn == "arn:aws:sqs:eu-west-1:123456789012:${aws_sqs_queue.dead_letters.name}"
    error_message = "Failed invocations go to the function's queue."
  }

  assert {
    condition     = alltrue([for target in aws_cloudwatch_event_target.this : target.dead_letter_config[0].arn == aws_lambda_function.this.dead_letter_config[0].target_arn])
    error_message = "Undeliverable events go to the same queue."
  }

  assert {
    condition     = aws_lambda_function_event_invoke_config.this.maximum_retry_attempts == 2
    error_message = "An asynchronous invocation is attempted three times."
  }

  assert {
    condition     = aws_sqs_queue.dead_letters.message_retention_seconds == 1209600 && aws_sqs_queue.dead_letters.kms_master_key_id == "alias/test"
    error_message = "Dead letters are encrypted and retained for the maximum of 14 days."
  }

  assert {
    condition = anytrue([
      for s in data.aws_iam_policy_document.queue.statement :
      s.sid == "SendFromRules" && contains(one(s.condition).values, "arn:aws:events:eu-west-1:123456789012:rule/test-window-aggregator-*")
    ])
    error_message = "Only the rules of this function may send to the queue."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.this["hourly"].schedule_expression == "cron(0 * * * ? *)" && aws_cloudwatch_event_rule.this["object"].event_pattern == "{\"source\":[\"aws.s3\"]}"
    error_message = "A trigger has a schedule or a pattern."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.this["own"].event_bus_name == "test" && aws_cloudwatch_event_target.this["own"].event_bus_name == "test"
    error_message = "Rule and target are on the trigger's bus."
  }

  assert {
    condition     = aws_cloudwatch_event_target.this["check"].input_transformer[0].input_template == "{\"id\":\"<id>\",\"source\":\"x\",\"time\":\"<time>\"}" && length(aws_cloudwatch_event_target.this["hourly"].input_transformer) == 0
    error_message = "A trigger's input is sent with the event's id and time; without one the event is sent unchanged."
  }

  assert {
    condition     = alltrue([for p in aws_lambda_permission.this : p.principal == "events.amazonaws.com" && p.source_arn != null])
    error_message = "Only EventBridge may invoke, and only from these rules."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.errors[0].dimensions["FunctionName"] == "test-window-aggregator" && aws_cloudwatch_metric_alarm.errors[0].threshold == 0
    error_message = "One error raises the alarm."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.dead_letters[0].dimensions["QueueName"] == aws_sqs_queue.dead_letters.name
    error_message = "The alarm watches the queue of this function."
  }

  assert {
    condition     = alltrue([for a in [aws_cloudwatch_metric_alarm.errors[0], aws_cloudwatch_metric_alarm.dead_letters[0]] : tolist(a.alarm_actions) == tolist([var.function_defaults.topic_arn])])
    error_message = "Both alarms publish to the topic of alerts."
  }

  assert {
    condition     = !anytrue([for s in data.aws_iam_policy_document.this.statement : anytrue([for a in s.actions : strcontains(a, "*")])])
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.this.statement : s.sid if contains(s.resources, "*")] == ["SendTraces"]
    error_message = "Only the X-Ray actions, which do not support resource-level permissions, apply to all resources."
  }
}

run "layer_in_another_partition" {
  command = plan

  variables {
    log_level                = "DEBUG"
    powertools_layer_version = 5

    function_defaults = {
      arns = {
        events = "arn:aws-cn:events:cn-north-1:123456789012"
        logs   = "arn:aws-cn:logs:cn-north-1:123456789012"
        sqs    = "arn:aws-cn:sqs:cn-north-1:123456789012"
      }
      artifacts_dir      = "../../../build/functions"
      bucket_name        = "test-123456789012-cn-north-1"
      bus_name           = "test"
      key_alias          = "alias/test"
      kms_key_arn        = "arn:aws-cn:kms:cn-north-1:123456789012:key/00000000-0000-0000-0000-000000000000"
      log_retention_days = 14
      metric_namespace   = "Evergreen/test"
      partition          = "aws-cn"
      prefix             = "test"
      region             = "cn-north-1"
      runbook_url        = "docs/runbook.md"
      topic_arn          = "arn:aws-cn:sns:cn-north-1:123456789012:test-notifications"
    }
  }

  assert {
    condition     = tolist(aws_lambda_function.this.layers) == tolist(["arn:aws-cn:lambda:cn-north-1:498634801083:layer:AWSLambdaPowertoolsPythonV3-python313-arm64:5"])
    error_message = "Partition and account of the publisher depend on the region."
  }

  assert {
    condition     = aws_lambda_function.this.environment[0].variables["POWERTOOLS_LOG_LEVEL"] == "DEBUG"
    error_message = "The log level is a variable."
  }
}

run "log_level_must_be_known" {
  command = plan

  variables {
    log_level = "VERBOSE"
  }

  expect_failures = [var.log_level]
}

run "an_image_replaces_zip_layer_and_runtime" {
  command = plan

  variables {
    image_uri = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-predict:1"
    suffix    = "abalone"
  }

  assert {
    condition     = aws_lambda_function.this.package_type == "Image" && aws_lambda_function.this.image_uri == var.image_uri && length(aws_s3_object.code) == 0
    error_message = "The function runs from the image."
  }

  assert {
    condition     = aws_lambda_function.this.function_name == "test-window-aggregator-abalone"
    error_message = "The suffix ends the name."
  }
}

run "suffix_has_the_characters_of_names" {
  command = plan

  variables {
    suffix = "Abalone_1"
  }

  expect_failures = [var.suffix]
}

run "missing_zip_is_reported" {
  command = plan

  variables {
    name = "no_such_function"
  }

  expect_failures = [aws_s3_object.code["zip"]]
}

run "name_must_be_a_directory" {
  command = plan

  variables {
    name = "window-aggregator"
  }

  expect_failures = [var.name]
}

run "timeout_is_within_the_limits_of_lambda" {
  command = plan

  variables {
    timeout_seconds = 901
  }

  expect_failures = [var.timeout_seconds]
}

run "trigger_has_either_pattern_or_schedule" {
  command = plan

  variables {
    triggers = { both = { description = "d", event_pattern = "{}", schedule_expression = "rate(1 hour)" } }
  }

  expect_failures = [var.triggers]
}

run "dead_letters_are_never_sent_or_read_unencrypted" {
  command = plan

  assert {
    condition     = data.aws_iam_policy_document.queue.source_policy_documents == tolist([module.queue_tls_only.json])
    error_message = "The queue denies unencrypted transport."
  }
}

run "schedules_of_a_paused_loop_stay_disabled" {
  command = plan

  variables {
    function_defaults = merge(var.function_defaults, { paused = true })
    triggers = {
      event = { description = "Event -> window_aggregator", event_pattern = "{}" }
      hour  = { description = "Hourly", schedule_expression = "rate(1 hour)" }
    }
  }

  assert {
    condition     = { for key, rule in aws_cloudwatch_event_rule.this : key => rule.state } == { event = "ENABLED", hour = "DISABLED" }
    error_message = "An apply must not resume the loop; events are still handled."
  }

  assert {
    condition     = length(output.schedule_names) == 1
    error_message = "The command switches schedules only."
  }
}

run "function_in_given_subnets_cannot_use_their_network_interfaces_itself" {
  command = plan

  variables {
    function_defaults = merge(var.function_defaults, { vpc_config = { interface_arns = [], security_group_ids = ["sg-1"], subnet_ids = ["subnet-1", "subnet-2"] } })
  }

  assert {
    condition     = toset(one(aws_lambda_function.this.vpc_config).subnet_ids) == toset(["subnet-1", "subnet-2"]) && toset(one(aws_lambda_function.this.vpc_config).security_group_ids) == toset(["sg-1"])
    error_message = "The function runs in the subnets."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.this.statement : [one(s.condition).variable, tolist(one(s.condition).values)] if s.effect == "Deny"] == [["lambda:SourceFunctionArn", tolist(["arn:aws:lambda:eu-west-1:123456789012:function:test-window-aggregator"])]]
    error_message = "The permissions are for Lambda, not for the code."
  }
}

run "function_is_in_no_subnets_by_default" {
  command = plan

  assert {
    condition     = length(aws_lambda_function.this.vpc_config) == 0 && [for s in data.aws_iam_policy_document.this.statement : s.sid if s.effect == "Deny"] == []
    error_message = "The option is off by default."
  }
}

run "function_whose_caller_reports_failures_raises_no_alarm" {
  command = plan

  variables {
    alarmed = false
  }

  assert {
    condition     = length(aws_cloudwatch_metric_alarm.errors) == 0 && length(aws_cloudwatch_metric_alarm.dead_letters) == 0 && output.alarm_name == null
    error_message = "A failure is reported once."
  }
}
