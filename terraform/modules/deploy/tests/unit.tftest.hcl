mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  endpoints                = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 1, production_instance_type = "ml.t2.medium", staging_always_on = false, staging_instance_type = "ml.t2.medium" }
  loss_alarm_name          = "test-production-loss"
  forecast_environment     = { FORECAST_SAMPLES = "200", HISTORY_MINUTES = "270", LAG_MINUTES = "5", PREDICTION_LENGTH = "30" }
  model_package_group_name = "test-models"
  model_role_arn           = "arn:aws:iam::123456789012:role/test-model"
  pending_path             = "/test/approval/pending"
  policy_parameter         = "/test/approval/policy"
  run_time_cleaner_name    = "test-run-time-cleaner"
  silence_alarm_names      = ["test-production-unmonitored", "test-staging-unmonitored"]
  feature_group            = { arn = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes", name = "test-minutes" }
}

run "production_comes_after_staging_test_and_approval" {
  command = plan

  assert {
    condition     = jsondecode(local.definition).StartAt == "IsRollback" && jsondecode(local.definition).States.IsRollback.Default == "DeployStaging" && jsondecode(local.definition).States.IsRollback.Choices[*].Next == ["DeployVariants", "DeployProduction"]
    error_message = "The state machine starts with staging."
  }

  assert {
    condition     = [for state in ["DeployStaging", "WaitForStaging", "DescribeStaging", "SmokeTest", "RecordStaging", "DeleteStaging", "RequestApproval", "DeployPreTraffic", "TestPreTraffic", "DeletePreTraffic", "DeployProduction", "RecordProduction"] : jsondecode(local.definition).States[state].Next] == ["WaitForStaging", "DescribeStaging", "IsStagingServing", "RecordStaging", "DeleteStaging", "RequestApproval", "DeployPreTraffic", "WaitForPreTraffic", "DeletePreTraffic", "DeployProduction", "WaitForProduction", "Done"]
    error_message = "The states follow each other."
  }

  assert {
    condition     = [for choice in jsondecode(local.definition).States["IsStagingServing"].Choices : choice.Next] == ["SmokeTest", "StagingEndpointFailed"]
    error_message = "Only a serving endpoint is tested."
  }

  assert {
    condition     = endswith(jsondecode(local.definition).States["RequestApproval"].Resource, ".waitForTaskToken") && jsondecode(local.definition).States["RequestApproval"].TimeoutSeconds == 604800
    error_message = "An approval times out after seven days."
  }

  assert {
    condition     = alltrue([for name, state in jsondecode(local.definition).States : can(state.Catch[0].Next) if strcontains(try(state.Resource, ""), "lambda:invoke")])
    error_message = "Every step that can fail ends in a Deployment Failed event."
  }

  assert {
    condition     = alltrue(flatten([for name, state in jsondecode(local.definition).States : [for next in compact(concat([try(state.Next, ""), try(state.Default, "")], try(state.Catch[*].Next, []), try(state.Choices[*].Next, []))) : contains(keys(jsondecode(local.definition).States), next)]]))
    error_message = "Every next state exists."
  }

  assert {
    condition     = jsondecode(local.definition).States["RecordProduction"].Parameters.Entries[0].Detail.stage == "production"
    error_message = "A production deployment records an event with stage production."
  }
}

run "staging_is_deleted_after_its_test_and_after_a_failure" {
  command = plan

  assert {
    condition     = jsondecode(local.definition).States["ReportStagingFailure"].Next == "DeleteFailedStaging" && jsondecode(local.definition).States["DeleteFailedStaging"].Next == "Failed" && jsondecode(local.definition).States["ReportProductionFailure"].Next == "Failed"
    error_message = "A staging endpoint that failed its test is deleted."
  }

  assert {
    condition     = alltrue([for state in ["DeleteStaging", "DeleteFailedStaging"] : jsondecode(local.definition).States[state].Parameters.Payload.action == "delete" && jsondecode(local.definition).States[state].Parameters.Payload.stage == "staging" && jsondecode(local.definition).States[state].Catch[0].Next == jsondecode(local.definition).States[state].Next])
    error_message = "Only staging is deleted, and a deployment goes on if it cannot be."
  }
}

run "staging_can_stay" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 1, production_instance_type = "ml.t2.medium", staging_always_on = true, staging_instance_type = "ml.t2.medium" }
  }

  assert {
    condition     = jsondecode(local.definition).States["RecordStaging"].Next == "RequestApproval" && jsondecode(local.definition).States["ReportStagingFailure"].Next == "Failed" && !contains(keys(jsondecode(local.definition).States), "DeleteStaging")
    error_message = "Staging is not deleted."
  }
}

run "deployments_are_stopped_before_the_machine_is_deleted" {
  command = plan

  assert {
    condition     = aws_lambda_invocation.at_destroy.lifecycle_scope == "CRUD" && aws_lambda_invocation.at_destroy.function_name == "test-run-time-cleaner"
    error_message = "The cleaner is invoked when the resource is destroyed."
  }

  assert {
    condition     = jsondecode(aws_lambda_invocation.at_destroy.input) == { state_machine_arn = aws_sfn_state_machine.this.arn }
    error_message = "The invocation depends on the machine, so it is destroyed first."
  }
}

run "one_deployment_per_approval_with_least_privilege" {
  command = plan

  assert {
    condition     = local.approved_pattern.detail == { ModelPackageGroupName = ["test-models"], ModelApprovalStatus = ["Approved"] }
    error_message = "Approved versions of our group start it."
  }

  assert {
    condition     = aws_sfn_state_machine.this.name == "test-deployment" && endswith(one(aws_sfn_state_machine.this.logging_configuration).log_destination, ":*") && !one(aws_sfn_state_machine.this.logging_configuration).include_execution_data
    error_message = "Execution data is not logged."
  }

  assert {
    condition     = toset(flatten([for s in data.aws_iam_policy_document.endpoint_deployer.statement : tolist(s.actions) if s.resources == toset([var.foundation.kms_key_arn])])) == toset(["kms:DescribeKey"]) && data.aws_iam_policy_document.endpoint_deployer.override_policy_documents == tolist([module.volume_grant.json])
    error_message = "The caller passes the key of the volumes to SageMaker."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.approval_requester, data.aws_iam_policy_document.deployment_starter, data.aws_iam_policy_document.endpoint_deployer, data.aws_iam_policy_document.machine, data.aws_iam_policy_document.smoke_test] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = sort(flatten([for d in [data.aws_iam_policy_document.approval_requester, data.aws_iam_policy_document.deployment_starter, data.aws_iam_policy_document.endpoint_deployer, data.aws_iam_policy_document.machine, data.aws_iam_policy_document.smoke_test] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == tolist(["DeliverLog"])
    error_message = "Only actions without resource-level permissions apply to all resources."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.endpoint_deployer.statement : s.resources if contains(s.actions, "iam:PassRole")]) == [var.model_role_arn]
    error_message = "The deployer may pass only the model role."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.smoke_test.statement : s.resources if contains(s.actions, "sagemaker:InvokeEndpoint")]) == ["arn:aws:sagemaker:eu-west-1:123456789012:endpoint/test-pre-traffic", "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/test-staging"]
    error_message = "The smoke test does not invoke production."
  }
}

run "production_requires_an_instance" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 0, production_instance_type = "ml.t2.medium", staging_always_on = false, staging_instance_type = "ml.t2.medium" }
  }

  expect_failures = [var.endpoints]
}

run "machine_records_deployments_only" {
  command = plan

  assert {
    condition     = [for event, policy in var.foundation.event_policies : event if contains(data.aws_iam_policy_document.machine.source_policy_documents, policy)] == ["Deployment Failed", "Model Deployed", "Variants Changed"]
    error_message = "Only the role's own events may be put on the bus."
  }
}

run "approval_is_requested_and_nothing_else" {
  command = plan

  assert {
    condition     = [for event, policy in var.foundation.event_policies : event if contains(data.aws_iam_policy_document.approval_requester.source_policy_documents, policy)] == ["Approval Requested"]
    error_message = "Only the role's own events may be put on the bus."
  }
}

run "task_tokens_are_encrypted_by_the_key" {
  command = plan

  assert {
    condition     = one([for s in data.aws_iam_policy_document.approval_requester.statement : [tolist(s.actions), tolist(s.resources)] if s.sid == "EncryptTaskToken"]) == [tolist(["kms:Encrypt"]), tolist([var.foundation.kms_key_arn])]
    error_message = "Parameter Store encrypts with the key on behalf of the function."
  }
}

run "models_are_in_the_given_subnets" {
  command = plan

  variables {
    foundation = merge(var.foundation, { vpc_config = { interface_arns = ["arn:aws:ec2:eu-west-1:123456789012:network-interface/*"], security_group_ids = ["sg-1"], subnet_ids = ["subnet-1", "subnet-2"] } })
  }

  assert {
    condition     = jsonencode(local.vpc_config) == jsonencode({ SecurityGroupIds = ["sg-1"], Subnets = ["subnet-1", "subnet-2"] })
    error_message = "The function creates models with this network."
  }
}

run "a_tabular_version_is_tested_with_a_sample_row" {
  command = plan

  variables {
    feature_group = null
    sample        = "M,0.455"
  }

  assert {
    condition     = sort(data.aws_iam_policy_document.smoke_test.statement[*].sid) == tolist(["InvokeEndpoint", "ListCapture", "ReadCapture", "ReadEvaluation", "ReadVersion"])
    error_message = "The test reads the evaluation, and no feature group."
  }
}

run "version_is_tested_with_the_configuration_of_production_before_its_traffic" {
  command = plan

  assert {
    condition     = jsondecode(local.definition).States["TestPreTraffic"].Parameters.Payload.stage == "pre-traffic" && jsondecode(local.definition).States["ReportPreTrafficFailure"].Next == "DeleteFailedPreTraffic" && jsondecode(local.definition).States["DeleteFailedPreTraffic"].Next == "Failed"
    error_message = "A failure ends before production is touched, with an event."
  }

  assert {
    condition     = jsondecode(local.definition).States["ReportPreTrafficFailure"].Parameters.Entries[0].Detail.stage == "pre-traffic"
    error_message = "The event says where it failed."
  }
}

run "test_before_traffic_can_be_left_out" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, pre_traffic_check = false, production_instance_count = 1, production_instance_type = "ml.t2.medium", staging_always_on = false, staging_instance_type = "ml.t2.medium" }
  }

  assert {
    condition     = jsondecode(local.definition).States["RequestApproval"].Next == "DeployProduction" && !anytrue([for name in keys(jsondecode(local.definition).States) : strcontains(name, "PreTraffic")])
    error_message = "No state of the test remains."
  }
}

run "default_needs_no_permission_to_scale_or_watch" {
  command = plan

  assert {
    condition     = !anytrue(flatten([for s in data.aws_iam_policy_document.endpoint_deployer.statement : [for a in s.actions : startswith(a, "application-autoscaling:") || startswith(a, "cloudwatch:") || startswith(a, "iam:Create")]])) && module.endpoint_scaler == {}
    error_message = "Autoscaling and shift are off."
  }
}

run "guarded_production" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 2, production_instance_type = "ml.m5.large", staging_always_on = false, staging_instance_type = "ml.t2.medium", shift = { kind = "canary", percent = 50, termination_wait_seconds = 600, wait_seconds = 600 }, autoscaling = { invocations_per_instance = 750, max_capacity = 10, min_capacity = 2, scale_in_cooldown_seconds = 600, scale_out_cooldown_seconds = 300 } }
  }

  assert {
    condition     = local.endpoint_settings.rollback_alarms == ["test-production-errors", "test-production-latency", "test-production-loss"] && sort([for a in concat(values(aws_cloudwatch_metric_alarm.errors), values(aws_cloudwatch_metric_alarm.latency)) : a.alarm_name]) == tolist(["test-production-errors", "test-production-latency"])
    error_message = "The alarms that roll back exist."
  }

  assert {
    condition     = one([for s in data.aws_iam_policy_document.endpoint_deployer.statement : sort(s.resources) if s.sid == "WatchAlarmsOfShift"]) == tolist(["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:test-production-errors", "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:test-production-latency", "arn:aws:cloudwatch:eu-west-1:123456789012:alarm:test-production-loss"])
    error_message = "The caller of an update may read the alarms."
  }

  assert {
    condition     = one(flatten([for s in data.aws_iam_policy_document.endpoint_scaler.statement : [for c in s.condition : tolist(c.values)] if s.sid == "CreateRoleOfScaling"])) == "sagemaker.application-autoscaling.amazonaws.com"
    error_message = "Only the role of this service is created."
  }

  assert {
    condition     = keys(module.endpoint_scaler) == ["own"] && local.scaled_pattern.detail.EndpointName == ["test-production"] && aws_lambda_invocation.scaling["own"].lifecycle_scope == "CRUD"
    error_message = "Production is registered when it serves, and deregistered with the option."
  }

}

run "burstable_instances_are_not_scaled" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 2, production_instance_type = "ml.t2.medium", staging_always_on = false, staging_instance_type = "ml.t2.medium", autoscaling = { invocations_per_instance = 750, max_capacity = 10, min_capacity = 2, scale_in_cooldown_seconds = 600, scale_out_cooldown_seconds = 300 } }
  }

  expect_failures = [var.endpoints]
}

run "scaling_starts_within_its_limits" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 1, production_instance_type = "ml.m5.large", staging_always_on = false, staging_instance_type = "ml.t2.medium", autoscaling = { invocations_per_instance = 750, max_capacity = 10, min_capacity = 2, scale_in_cooldown_seconds = 600, scale_out_cooldown_seconds = 300 } }
  }

  expect_failures = [var.endpoints]
}

run "canary_has_at_most_half_of_the_instances" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 4, production_instance_type = "ml.m5.large", staging_always_on = false, staging_instance_type = "ml.t2.medium", shift = { kind = "canary", percent = 60, termination_wait_seconds = 600, wait_seconds = 600 } }
  }

  expect_failures = [var.endpoints]
}

run "canary_has_at_least_one_instance" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 1, production_instance_type = "ml.m5.large", staging_always_on = false, staging_instance_type = "ml.t2.medium", shift = { kind = "canary", percent = 50, termination_wait_seconds = 600, wait_seconds = 600 } }
  }

  expect_failures = [var.endpoints]
}

run "canary_has_one_of_the_fewest_instances" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 4, production_instance_type = "ml.m5.large", staging_always_on = false, staging_instance_type = "ml.t2.medium", shift = { kind = "canary", percent = 25, termination_wait_seconds = 600, wait_seconds = 600 }, autoscaling = { invocations_per_instance = 750, max_capacity = 10, min_capacity = 2, scale_in_cooldown_seconds = 600, scale_out_cooldown_seconds = 300 } }
  }

  expect_failures = [var.endpoints]
}

run "linear_steps_have_at_least_a_tenth" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 20, production_instance_type = "ml.m5.large", staging_always_on = false, staging_instance_type = "ml.t2.medium", shift = { kind = "linear", percent = 5, termination_wait_seconds = 600, wait_seconds = 600 } }
  }

  expect_failures = [var.endpoints]
}

run "shift_has_a_kind" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 2, production_instance_type = "ml.m5.large", staging_always_on = false, staging_instance_type = "ml.t2.medium", shift = { kind = "at_once", percent = 50, termination_wait_seconds = 600, wait_seconds = 600 } }
  }

  expect_failures = [var.endpoints]
}

run "nginx_is_switched_on_by_the_deployer" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, nginx = true, pre_traffic_check = true, production_instance_count = 1, production_instance_type = "ml.t2.medium", staging_always_on = false, staging_instance_type = "ml.t2.medium" }
  }

  assert {
    condition     = local.endpoint_settings.nginx
    error_message = "The deployer creates models with nginx."
  }
}

run "serverless_has_no_capture" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 1, production_instance_type = "ml.m5.large", staging_always_on = false, staging_instance_type = "ml.t2.medium", serverless = { max_concurrency = 5, memory_mb = 2048 } }
  }

  expect_failures = [var.endpoints]
}

run "serverless_has_no_shift" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 0, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 2, production_instance_type = "ml.m5.large", staging_always_on = false, staging_instance_type = "ml.t2.medium", serverless = { max_concurrency = 5, memory_mb = 2048 }, shift = { kind = "canary", percent = 50, termination_wait_seconds = 600, wait_seconds = 600 } }
  }

  expect_failures = [var.endpoints]
}

run "serverless_memory_is_in_whole_gigabytes" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 0, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 1, production_instance_type = "ml.m5.large", staging_always_on = false, staging_instance_type = "ml.t2.medium", serverless = { max_concurrency = 5, memory_mb = 1500 } }
  }

  expect_failures = [var.endpoints]
}

run "capture_is_a_percentage" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 101, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 1, production_instance_type = "ml.m5.large", staging_always_on = false, staging_instance_type = "ml.t2.medium" }
  }

  expect_failures = [var.endpoints]
}

run "second_version_is_recorded_when_it_serves" {
  command = plan

  assert {
    condition     = [for choice in jsondecode(local.definition).States["AreVariantsServing"].Choices : choice.Next] == ["RecordVariants", "ProductionEndpointFailed"] && jsondecode(local.definition).States["RecordVariants"].Parameters.Entries[0].DetailType == "Variants Changed"
    error_message = "It is not a deployment of its own."
  }

  assert {
    condition     = alltrue([for state in ["DeployVariants", "DescribeVariants"] : jsondecode(local.definition).States[state].Parameters.Payload["variants.$"] == "$.variants"])
    error_message = "The function knows what is wanted."
  }
}

run "production_is_stopped_and_started_by_schedule" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 1, production_instance_type = "ml.t2.medium", staging_always_on = false, staging_instance_type = "ml.t2.medium", schedule = { start = "cron(0 6 * * ? *)", stop = "cron(0 20 * * ? *)" } }
  }

  assert {
    condition     = module.production_switch["own"].schedule_names == ["test-production-switch-schedule-start", "test-production-switch-schedule-stop"] && output.schedule_names == module.production_switch["own"].schedule_names
    error_message = "A pause disables both."
  }

  assert {
    condition     = one([for s in data.aws_iam_policy_document.production_switch.statement : tolist(s.resources) if s.sid == "MuteAlarms"]) == tolist(["arn:aws:cloudwatch:eu-west-1:123456789012:alarm:test-production-unmonitored"])
    error_message = "Only the alarms of production are muted."
  }
}

run "schedule_is_a_cron_expression" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 1, production_instance_type = "ml.t2.medium", staging_always_on = false, staging_instance_type = "ml.t2.medium", schedule = { start = "at six", stop = "cron(0 20 * * ? *)" } }
  }

  expect_failures = [var.endpoints]
}

run "shift_ends_within_eight_hours" {
  command = plan

  variables {
    endpoints = { capture_percent = { production = 80, staging = 100 }, latency_seconds = 5, pre_traffic_check = true, production_instance_count = 10, production_instance_type = "ml.m5.large", staging_always_on = false, staging_instance_type = "ml.t2.medium", shift = { kind = "linear", percent = 10, termination_wait_seconds = 600, wait_seconds = 3600 } }
  }

  expect_failures = [var.endpoints]
}

run "a_version_is_promoted_instead_of_deployed_to_production" {
  command = plan

  variables {
    promotes_to = "210987654321"
  }

  assert {
    condition     = jsondecode(local.definition).StartAt == "DeployStaging" && [for state in ["RecordStaging", "DeleteStaging", "RequestApproval", "PromoteVersion"] : jsondecode(local.definition).States[state].Next] == ["DeleteStaging", "RequestApproval", "PromoteVersion", "Done"]
    error_message = "After its test and the approval for production, the version is promoted, and the deployment ends."
  }

  assert {
    condition     = !anytrue([for name in keys(jsondecode(local.definition).States) : strcontains(name, "PreTraffic") || strcontains(name, "Variants") || (strcontains(name, "Production") && name != "ReportProductionFailure")])
    error_message = "Nothing is deployed to production."
  }

  assert {
    condition     = jsondecode(local.definition).States.PromoteVersion.Parameters.Entries[0].DetailType == "Version Promoted" && jsondecode(local.definition).States.PromoteVersion.Parameters.Entries[0].Detail.account == "210987654321" && jsondecode(local.definition).States.PromoteVersion.Parameters.Entries[0].Detail["approval.$"] == "$.approval"
    error_message = "The event says where to, and who approved."
  }

  assert {
    condition     = toset(concat([jsondecode(local.definition).StartAt], flatten([for name, state in jsondecode(local.definition).States : compact(concat([try(state.Next, ""), try(state.Default, "")], try(state.Catch[*].Next, []), try(state.Choices[*].Next, [])))]))) == toset(keys(jsondecode(local.definition).States))
    error_message = "Every state exists and is reached: Step Functions refuses others."
  }

  assert {
    condition     = contains(data.aws_iam_policy_document.machine.source_policy_documents, var.foundation.event_policies["Version Promoted"])
    error_message = "The machine may record it."
  }
}

run "by_default_nothing_is_promoted" {
  command = plan

  assert {
    condition     = !contains(keys(jsondecode(local.definition).States), "PromoteVersion") && !contains(data.aws_iam_policy_document.machine.source_policy_documents, var.foundation.event_policies["Version Promoted"])
    error_message = "Production is in this account."
  }

  assert {
    condition     = toset(concat([jsondecode(local.definition).StartAt], flatten([for name, state in jsondecode(local.definition).States : compact(concat([try(state.Next, ""), try(state.Default, "")], try(state.Catch[*].Next, []), try(state.Choices[*].Next, [])))]))) == toset(keys(jsondecode(local.definition).States))
    error_message = "Every state exists and is reached: Step Functions refuses others."
  }
}
