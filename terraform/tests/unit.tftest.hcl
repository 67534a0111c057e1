# A plan of everything takes seconds, so one run has all asserts on the same variables.

mock_provider "aws" {
  source          = "./tests/mocks"
  override_during = plan
}

variables {
  image_tag = "1a2b3c4"
}

run "defaults" {
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

  assert {
    condition     = module.outputs_parameter.name == "/evergreen/outputs"
    error_message = "The parameter is found by the prefix alone."
  }

  assert {
    condition     = length(module.outputs_parameter.value) < 4096
    error_message = "A standard parameter holds at most 4 KB."
  }

  assert {
    condition     = jsondecode(module.outputs_parameter.value).function_names == { for name in ["batch_starter", "monitoring_collector", "monitoring_job_starter", "retrain_trigger", "window_aggregator"] : name => "evergreen-${replace(name, "_", "-")}" }
    error_message = "The functions that the command invokes are named."
  }

  assert {
    condition     = jsondecode(module.outputs_parameter.value).feature_group_name == "evergreen-minutes"
    error_message = "The feature group is the version that is read."
  }

  assert {
    condition     = jsondecode(module.outputs_parameter.value).apis == { forecaster = { endpoint = "evergreen-production", id = "0a1b2c3d", key_id = "0a1b2c3d", stage = "production" } }
    error_message = "`evergreen api` finds the API and its key."
  }

  assert {
    condition     = output.flink_application_name == null
    error_message = "By default there is no streaming application."
  }

  assert {
    condition     = length(module.image_builder) == 0
    error_message = "Without the variable no build projects exist."
  }

  assert {
    condition     = length(local.source_ports) == 0
    error_message = "Only HTTPS is allowed."
  }
}

run "options" {
  command = plan

  variables {
    api           = { enabled = false }
    features      = { read_version = "v2", versions = { v2 = { median_fee_1min = "Fractional" } } }
    image_builder = "codebuild"
    network       = { security_group_ids = ["sg-1"], subnet_ids = ["subnet-1"] }

    poller = {
      backfill   = { url = "http://example.com/history?since={since}&port=:9" }
      mapping    = { key = "/id", name = "sample", value = "/value" }
      source     = "http"
      source_url = "https://example.com:8443/list"
    }
  }

  assert {
    condition     = length(module.serve) == 0 && length(module.api_logs) == 0
    error_message = "Without an API nothing serves."
  }

  assert {
    condition     = jsondecode(module.outputs_parameter.value).feature_group_name == "evergreen-minutes-v2"
    error_message = "`evergreen minutes` and `audit` read the version that the loop reads."
  }

  assert {
    condition     = module.image_builder["own"].project_names == { forecaster = "evergreen-image-forecaster", poller = "evergreen-image-poller" }
    error_message = "Each image has a build project."
  }

  assert {
    condition     = length(module.network) == 0 && output.network == { assign_public_ip = false, security_group_ids = tolist(["sg-1"]), subnet_ids = tolist(["subnet-1"]) }
    error_message = "No network is created."
  }

  assert {
    condition     = local.source_ports == [8443, 80]
    error_message = "The network lets the poller connect to its source."
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

run "unknown_names_and_samples_without_bound_are_rejected" {
  command = plan

  variables {
    engine        = "spark"
    image_builder = "podman"
    image_tag     = "latest"
    monitoring    = { forecast_samples = 1000000 }
    prefix        = "Evergreen_1"
  }

  expect_failures = [var.engine, var.image_builder, var.image_tag, var.monitoring, var.prefix]
}

# Parameter Store refuses names below /aws and /ssm.
run "reserved_prefixes_and_fractions_are_rejected" {
  command = plan

  variables {
    monitoring = { history_minutes = 270.5 }
    prefix     = "ssm-test"
  }

  expect_failures = [var.monitoring, var.prefix]
}

run "other_reserved_prefixes_monitoring_without_production_and_credentials_are_rejected" {
  command = plan

  variables {
    monitoring = { stages = ["staging"] }
    prefix     = "awsome"
    tracking   = { uri = "https://user:password@mlflow.example.org" }
  }

  expect_failures = [var.monitoring, var.prefix, var.tracking]
}

run "a_tracking_server_is_created_or_exists" {
  command = plan

  variables {
    tracking = { server_size = "Small", uri = "https://mlflow.example.org" }
  }

  expect_failures = [var.tracking]
}

run "staging_is_monitored_only_if_it_stays" {
  command = plan

  variables {
    monitoring = { stages = ["production", "staging"] }
  }

  expect_failures = [var.monitoring]
}

run "everything_but_the_poller_is_in_the_given_subnets" {
  command = plan

  variables {
    private_network = { route_table_ids = ["rtb-1"], subnet_ids = ["subnet-1", "subnet-2"], vpc_id = "vpc-1" }
  }

  assert {
    condition     = alltrue([for o in [module.foundation.foundation, module.foundation.function_defaults] : tolist(o.vpc_config.subnet_ids) == tolist(["subnet-1", "subnet-2"])])
    error_message = "Functions, jobs and endpoints read the subnets from these outputs."
  }

  assert {
    condition     = output.network.assign_public_ip && length(output.network.subnet_ids) == 2
    error_message = "The poller has its own network."
  }
}

run "by_default_there_are_no_vpc_endpoints" {
  command = plan

  assert {
    condition     = module.private_network == {} && module.foundation.function_defaults.vpc_config == null
    error_message = "They are not free."
  }
}

run "by_default_staging_and_production_are_in_one_account" {
  command = plan

  assert {
    condition     = module.account_link == {} && module.import == {} && module.foundation.foundation.version_reader == null
    error_message = "No other account is named."
  }
}

run "account_of_staging_promotes_versions" {
  command = plan

  variables {
    promotion = { to = "210987654321" }
  }

  assert {
    condition     = length(module.import) == 0 && module.foundation.foundation.version_reader.role_arn == "arn:aws:iam::210987654321:role/evergreen-version-importer"
    error_message = "The importer of the other account may read versions."
  }

  assert {
    condition     = jsondecode(module.account_link["own"].accepted_pattern) == { account = ["210987654321"], source = ["evergreen.production"], "detail-type" = ["Better Model Requested"] }
    error_message = "Production of the other account may ask for a better model."
  }
}

run "account_of_production_imports_versions" {
  command = plan

  variables {
    promotion = { from = "210987654321" }
  }

  assert {
    condition     = module.foundation.foundation.version_reader == null && contains(jsondecode(module.outputs_parameter.value).dead_letter_queues["5"], "evergreen-version-importer-dead-letters")
    error_message = "Its dead letters are shown, and nobody reads this account."
  }

  assert {
    condition     = jsondecode(module.account_link["own"].accepted_pattern) == { account = ["210987654321"], source = ["evergreen.loop"], "detail-type" = ["Version Promoted"] }
    error_message = "The account of staging may promote versions."
  }

  assert {
    condition     = length(module.outputs_parameter.value) < 4096
    error_message = "A standard parameter holds at most 4 KB."
  }
}

run "promotion_has_one_direction" {
  command = plan

  variables {
    promotion = { from = "210987654321", to = "210987654321" }
  }

  expect_failures = [var.promotion]
}

run "promotion_names_an_account" {
  command = plan

  variables {
    promotion = { to = "2109-8765-4321" }
  }

  expect_failures = [var.promotion]
}
