mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  image_tag = "1a2b3c4"
}

run "the_stages_fit_together" {
  command = plan

  assert {
    condition     = output.bucket_name == "test-123456789012-eu-west-1" # the mocked bucket
    error_message = "The bucket name is an output."
  }

  assert {
    condition     = output.endpoint_names == { production = "evergreen-production", staging = "evergreen-staging" }
    error_message = "Endpoints are named by prefix and stage."
  }

  assert {
    condition     = output.pipeline_name == "evergreen-training" && output.model_package_group_name == "evergreen-models" && output.loss_alarm_name == "evergreen-production-loss"
    error_message = "Names follow the prefix."
  }

  assert {
    condition     = output.retrain_function_name == "evergreen-retrain-trigger"
    error_message = "The function that starts a training is an output."
  }

  assert {
    condition     = output.network.assign_public_ip && length(output.network.subnet_ids) == 2
    error_message = "By default the deployment creates a network."
  }

  assert {
    condition     = strcontains(output.dashboard_urls.model_monitoring, "dashboard/evergreen-model-monitoring")
    error_message = "The URL of the dashboard is an output."
  }

  assert {
    condition     = local.forecast_environment == { FORECAST_SAMPLES = "200", HISTORY_MINUTES = "270", LAG_MINUTES = "5", PREDICTION_LENGTH = "30" }
    error_message = "Smoke test and monitor use the same minutes and samples."
  }
}

run "the_command_line_reads_names_from_one_parameter" {
  command = plan

  assert {
    condition     = module.outputs_parameter.name == "/evergreen/outputs"
    error_message = "The parameter is found by the prefix alone."
  }

  assert {
    condition     = length(module.outputs_parameter.value) < 4096
    error_message = "A standard parameter holds at most 4 KB."
  }

  assert {
    condition     = jsondecode(module.outputs_parameter.value).function_names == { retrain_trigger = "evergreen-retrain-trigger", window_aggregator = "evergreen-window-aggregator" }
    error_message = "The functions that the command invokes are named."
  }

  assert {
    condition     = jsondecode(module.outputs_parameter.value).feature_group_name == "evergreen-minutes"
    error_message = "The feature group is the version that is read."
  }
}

run "the_read_version_of_the_feature_group_is_written_to_the_parameter" {
  command = plan

  variables {
    features = { read_version = "v2", versions = { v2 = { median_fee_1min = "Fractional" } } }
  }

  assert {
    condition     = jsondecode(module.outputs_parameter.value).feature_group_name == "evergreen-minutes-v2"
    error_message = "`evergreen minutes` and `audit` read the version that the loop reads."
  }
}

run "lambda_is_the_default_engine" {
  command = plan

  assert {
    condition     = output.flink_application_name == null
    error_message = "By default there is no streaming application."
  }
}

run "engine_flink_deploys_the_streaming_job" {
  command = plan

  variables {
    engine = "flink"
    flink  = { package = "main.tf" } # any file
  }

  assert {
    condition     = output.flink_application_name == "evergreen-streaming"
    error_message = "The streaming application exists."
  }
}

run "an_unknown_engine_is_rejected" {
  command = plan

  variables {
    engine = "spark"
  }

  expect_failures = [var.engine]
}

run "docker_is_the_default_image_builder" {
  command = plan

  assert {
    condition     = length(module.image_builder) == 0
    error_message = "Without the variable no build projects exist."
  }
}

run "images_can_be_built_on_aws" {
  command = plan

  variables {
    image_builder = "codebuild"
  }

  assert {
    condition     = module.image_builder["own"].project_names == { forecaster = "evergreen-image-forecaster", poller = "evergreen-image-poller" }
    error_message = "Each image has a build project."
  }
}

run "an_unknown_image_builder_is_rejected" {
  command = plan

  variables {
    image_builder = "podman"
  }

  expect_failures = [var.image_builder]
}

run "an_existing_network_is_used" {
  command = plan

  variables {
    network = { security_group_ids = ["sg-1"], subnet_ids = ["subnet-1"] }
  }

  assert {
    condition     = length(module.network) == 0 && output.network == { assign_public_ip = false, security_group_ids = tolist(["sg-1"]), subnet_ids = tolist(["subnet-1"]) }
    error_message = "No network is created."
  }
}

run "prefix_must_fit_the_naming_rules_of_all_services" {
  command = plan

  variables {
    prefix = "Evergreen_1"
  }

  expect_failures = [var.prefix]
}

run "latest_is_not_an_immutable_tag" {
  command = plan

  variables {
    image_tag = "latest"
  }

  expect_failures = [var.image_tag]
}

# Parameter Store refuses names below /aws and /ssm.
run "prefix_must_not_be_reserved_by_parameter_store" {
  command = plan

  variables {
    prefix = "ssm-test"
  }

  expect_failures = [var.prefix]
}

run "prefix_must_not_begin_like_those_of_aws" {
  command = plan

  variables {
    prefix = "awsome"
  }

  expect_failures = [var.prefix]
}

run "the_source_may_have_any_port" {
  command = plan

  variables {
    poller = {
      backfill   = { url = "http://example.com/history?since={since}&port=:9" }
      mapping    = { key = "/id", name = "sample", value = "/value" }
      source     = "http"
      source_url = "https://example.com:8443/list"
    }
  }

  assert {
    condition     = local.source_ports == [8443, 80]
    error_message = "The network lets the poller connect to its source."
  }
}

run "public_sources_are_reached_over_https" {
  command = plan

  assert {
    condition     = length(local.source_ports) == 0
    error_message = "Only HTTPS is allowed."
  }
}

run "forecasts_have_a_bounded_number_of_samples" {
  command = plan

  variables {
    monitoring = { forecast_samples = 1000000 }
  }

  expect_failures = [var.monitoring]
}

run "history_of_a_request_is_an_integer" {
  command = plan

  variables {
    monitoring = { history_minutes = 270.5 }
  }

  expect_failures = [var.monitoring]
}

run "production_is_always_monitored" {
  command = plan

  variables {
    monitoring = { stages = ["staging"] }
  }

  expect_failures = [var.monitoring]
}
