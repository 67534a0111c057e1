mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  foundation = {
    account_id         = "123456789012"
    bucket_arn         = "arn:aws:s3:::test-123456789012-eu-west-1"
    bus_arn            = "arn:aws:events:eu-west-1:123456789012:event-bus/test"
    bus_name           = "test"
    kms_key_arn        = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
    log_retention_days = 14
    metric_namespace   = "Evergreen/test"
    partition          = "aws"
    prefix             = "test"
    region             = "eu-west-1"
    topic_arn          = "arn:aws:sns:eu-west-1:123456789012:test-notifications"
  }
  image          = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-poller:1"
  network        = { assign_public_ip = true, security_group_ids = ["sg-1"], subnet_ids = ["subnet-1"] }
  repository_arn = "arn:aws:ecr:eu-west-1:123456789012:repository/test-poller"

  poller = {
    desired_count = 1
    poll_seconds  = 10
    source        = "simulator"
    source_file   = null
    source_url    = null
    simulator     = { hours = null, rate = 6, regime_change_hours = 30, seed = 7, start = "2026-01-05T00:00:00Z" }
  }
}

run "one_healthy_poller_on_arm" {
  command = plan

  assert {
    condition     = aws_ecs_service.this.name == "test-poller" && aws_ecs_service.this.desired_count == 1
    error_message = "One task polls."
  }

  assert {
    condition     = aws_ecs_service.this.deployment_maximum_percent == 100 && aws_ecs_service.this.deployment_minimum_healthy_percent == 0
    error_message = "A new version replaces the old one: they never poll together."
  }

  assert {
    condition     = one(aws_ecs_service.this.deployment_circuit_breaker).rollback
    error_message = "A version that does not start is rolled back."
  }

  assert {
    condition     = one(aws_ecs_task_definition.this.runtime_platform).cpu_architecture == "ARM64"
    error_message = "It runs on ARM."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].healthCheck.command == ["CMD", "python", "-m", "poller.health"]
    error_message = "ECS restarts a poller that hangs."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].logConfiguration.options["awslogs-group"] == "/ecs/test-poller" && aws_cloudwatch_log_group.this.retention_in_days == 14
    error_message = "Its log has a group with retention."
  }
}

run "settings_reach_the_container" {
  command = plan

  assert {
    condition = { for e in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : e.name => e.value } == {
      EVENT_BUS_NAME                = "test"
      HEALTH_FILE                   = "/tmp/healthy"
      METRIC_NAMESPACE              = "Evergreen/test"
      POLL_SECONDS                  = "10"
      SIMULATOR_RATE                = "6"
      SIMULATOR_REGIME_CHANGE_HOURS = "30"
      SIMULATOR_SEED                = "7"
      SIMULATOR_START               = "2026-01-05T00:00:00Z"
      SOURCE                        = "simulator"
    }
    error_message = "The container gets the settings that are set, and no others."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.stalled.treat_missing_data == "breaching" && aws_cloudwatch_metric_alarm.stalled.actions_enabled
    error_message = "Silence of a running poller is an alarm."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.execution, data.aws_iam_policy_document.task] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = sort(flatten([for d in [data.aws_iam_policy_document.execution, data.aws_iam_policy_document.task] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == tolist(["SignInToRegistry"])
    error_message = "No statement is for every resource but those whose service knows none."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.task.statement : s.resources if s.sid == "PublishTransactions"]) == [var.foundation.bus_arn]
    error_message = "The container may publish to our bus only."
  }
}

run "source_is_known" {
  command = plan

  variables {
    poller = { desired_count = 1, poll_seconds = 10, source = "carrier pigeon", source_file = null, source_url = null, simulator = { hours = null, rate = 6, regime_change_hours = null, seed = 0, start = null } }
  }

  expect_failures = [var.poller]
}

run "replay_needs_a_file" {
  command = plan

  variables {
    poller = { desired_count = 1, poll_seconds = 10, source = "replay", source_file = null, source_url = null, simulator = { hours = null, rate = 6, regime_change_hours = null, seed = 0, start = null } }
  }

  expect_failures = [var.poller]
}

run "two_pollers_are_refused" {
  command = plan

  variables {
    poller = { desired_count = 2, poll_seconds = 10, source = "blockchain", source_file = null, source_url = null, simulator = { hours = null, rate = 6, regime_change_hours = null, seed = 0, start = null } }
  }

  expect_failures = [var.poller]
}

run "slow_polls_are_refused" {
  command = plan

  variables {
    poller = { desired_count = 1, poll_seconds = 90, source = "blockchain", source_file = null, source_url = null, simulator = { hours = null, rate = 6, regime_change_hours = null, seed = 0, start = null } }
  }

  expect_failures = [var.poller]
}
