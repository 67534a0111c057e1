mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  image          = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-poller:1"
  network        = { assign_public_ip = true, security_group_ids = ["sg-1"], subnet_ids = ["subnet-1"] }
  repository_arn = "arn:aws:ecr:eu-west-1:123456789012:repository/test-poller"

  poller = {
    backfill      = { hours = 6, url = null }
    desired_count = 1
    mapping       = null
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
    error_message = "A new version replaces the old one; they never poll at the same time."
  }

  assert {
    condition     = one(aws_ecs_service.this.deployment_circuit_breaker).rollback
    error_message = "A version that does not start is rolled back."
  }

  assert {
    condition     = one(aws_ecs_task_definition.this.runtime_platform).cpu_architecture == "ARM64"
    error_message = "The task runs on ARM."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].healthCheck.command == ["CMD", "python", "-m", "poller.health"]
    error_message = "ECS restarts a poller that hangs."
  }

  assert {
    condition     = jsondecode(aws_ecs_task_definition.this.container_definitions)[0].logConfiguration.options["awslogs-group"] == "/ecs/test-poller" && aws_cloudwatch_log_group.this.retention_in_days == 14
    error_message = "The log group has a retention."
  }
}

run "poller_starts_after_what_receives_its_events" {
  command = plan

  variables {
    receivers = ["test-raw", "test-window-aggregator"]
  }

  assert {
    condition     = terraform_data.receivers.input == tolist(["test-raw", "test-window-aggregator"])
    error_message = "The service waits for the rules of the archive: the bus keeps no event for later ones."
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
    error_message = "The container receives only the settings that are set."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.stalled.treat_missing_data == "ignore" && aws_cloudwatch_metric_alarm.stalled.actions_enabled && tolist(output.silence_metric_names) == tolist(["TransactionsPublished"])
    error_message = "A silent poller raises an alarm, by the zeros of its metric; before there are any, it has no state."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.execution, data.aws_iam_policy_document.task] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = length(flatten([for d in [data.aws_iam_policy_document.execution, data.aws_iam_policy_document.task] : [for s in d.statement : s.sid if contains(s.resources, "*")]])) == 0
    error_message = "Only actions without resource-level permissions apply to all resources."
  }
}

run "blockchain_is_backfilled_beyond_the_archive" {
  command = plan

  variables {
    poller = merge(var.poller, { source = "blockchain" })
  }

  assert {
    condition = { for e in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : e.name => e.value if startswith(e.name, "BACKFILL_") } == {
      BACKFILL_ARCHIVE = "s3://test-123456789012-eu-west-1/raw/"
      BACKFILL_HOURS   = "6"
    }
    error_message = "The container receives the hours to backfill and the archive."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.task.statement : [for c in s.condition : c.values] if s.sid == "ListArchive"]) == ["raw/*"]
    error_message = "The container may list the archive, no other folder."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.stalled.metric_name == "TransactionsPublished" && aws_cloudwatch_metric_alarm.gaps.metric_name == "PollGaps"
    error_message = "Missed transactions, and a stream without any, raise alarms."
  }
}

run "stream_of_your_own_is_configured_by_settings" {
  command = plan

  variables {
    poller = merge(var.poller, {
      backfill     = { hours = 24, url = "https://example.org/history?since={since}" }
      mapping      = { items = "/features", key = "/id", name = "earthquakes", scale = 100, time = "/properties/time", time_unit = "ms", value = "/properties/mag" }
      poll_seconds = 300
      source       = "http"
      source_url   = "https://example.org/hour"
    })
  }

  assert {
    condition = { for e in jsondecode(aws_ecs_task_definition.this.container_definitions)[0].environment : e.name => e.value if can(regex("^(BACKFILL_|POLL|SOURCE)", e.name)) } == {
      BACKFILL_ARCHIVE = "s3://test-123456789012-eu-west-1/raw/"
      BACKFILL_HOURS   = "24"
      BACKFILL_URL     = "https://example.org/history?since={since}"
      POLL_SECONDS     = "300"
      SOURCE           = "http"
      SOURCE_ITEMS     = "/features"
      SOURCE_KEY       = "/id"
      SOURCE_NAME      = "earthquakes"
      SOURCE_SCALE     = "100"
      SOURCE_TIME      = "/properties/time"
      SOURCE_TIME_UNIT = "ms"
      SOURCE_URL       = "https://example.org/hour"
      SOURCE_VALUE     = "/properties/mag"
    }
    error_message = "The mapping reaches the container."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.stalled.metric_name == "Polls"
    error_message = "A quiet stream raises no alarm, one that is not polled does."
  }
}

run "invalid_items_raise_an_alarm" {
  command = plan

  assert {
    condition     = [aws_cloudwatch_metric_alarm.rejections.metric_name, aws_cloudwatch_metric_alarm.rejections.alarm_name, aws_cloudwatch_metric_alarm.rejections.treat_missing_data] == ["PollsRejected", "test-poller-rejections", "notBreaching"]
    error_message = "Polls whose items are mostly invalid raise an alarm."
  }

  assert {
    condition     = [aws_cloudwatch_metric_alarm.rejections.period, aws_cloudwatch_metric_alarm.rejections.datapoints_to_alarm, aws_cloudwatch_metric_alarm.rejections.evaluation_periods] == [300, 3, 4]
    error_message = "A single poll raises none."
  }
}

run "periods_of_a_rare_poll_are_as_long_as_the_time_between_polls" {
  command = plan

  variables {
    poller = merge(var.poller, {
      mapping      = { items = "", key = "/id", name = "rides", scale = 1, time = null, time_unit = "s", value = "/price" }
      poll_seconds = 1000
      source       = "http"
      source_url   = "https://example.org/hour"
    })
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.rejections.period == 1200 && aws_cloudwatch_metric_alarm.stalled.period == 1800 && output.silence_period == 1800
    error_message = "Each period has a poll."
  }
}

run "source_without_history_has_no_backfill" {
  command = plan

  variables {
    poller = merge(var.poller, { source = "mempool" })
  }

  assert {
    condition     = !strcontains(aws_ecs_task_definition.this.container_definitions, "BACKFILL_")
    error_message = "mempool.space does not report when a mined transaction was first seen."
  }
}

run "http_requires_a_mapping" {
  command = plan

  variables {
    poller = merge(var.poller, { source = "http", source_url = "https://example.org" })
  }

  expect_failures = [var.poller]
}

run "mapping_has_json_pointers" {
  command = plan

  variables {
    poller = merge(var.poller, { source = "http", source_url = "https://example.org", mapping = { items = "", key = "id", name = "rides", scale = 1, time = null, time_unit = "s", value = "/price" } })
  }

  expect_failures = [var.poller]
}

run "mapping_has_a_valid_name" {
  command = plan

  variables {
    poller = merge(var.poller, { source = "http", source_url = "https://example.org", mapping = { items = "", key = "/id", name = "My rides", scale = 1, time = null, time_unit = "s", value = "/price" } })
  }

  expect_failures = [var.poller]
}

run "mapping_has_a_known_time_unit" {
  command = plan

  variables {
    poller = merge(var.poller, { source = "http", source_url = "https://example.org", mapping = { items = "", key = "/id", name = "rides", scale = 1, time = "/at", time_unit = "hours", value = "/price" } })
  }

  expect_failures = [var.poller]
}

run "backfill_is_limited" {
  command = plan

  variables {
    poller = merge(var.poller, { source = "blockchain", backfill = { hours = 100, url = null } })
  }

  expect_failures = [var.poller]
}

run "history_of_http_has_a_start" {
  command = plan

  variables {
    poller = merge(var.poller, { source = "http", source_url = "https://example.org", backfill = { hours = 6, url = "https://example.org/history" }, mapping = { items = "", key = "/id", name = "rides", scale = 1, time = null, time_unit = "s", value = "/price" } })
  }

  expect_failures = [var.poller]
}

run "source_is_known" {
  command = plan

  variables {
    poller = merge(var.poller, { source = "carrier pigeon" })
  }

  expect_failures = [var.poller]
}

run "replay_requires_a_file" {
  command = plan

  variables {
    poller = merge(var.poller, { source = "replay" })
  }

  expect_failures = [var.poller]
}

run "two_pollers_are_refused" {
  command = plan

  variables {
    poller = merge(var.poller, { desired_count = 2, source = "blockchain" })
  }

  expect_failures = [var.poller]
}

run "slow_polls_are_refused" {
  command = plan

  variables {
    poller = merge(var.poller, { poll_seconds = 90, source = "blockchain" })
  }

  expect_failures = [var.poller]
}

run "poller_cannot_forge_decisions" {
  command = plan

  assert {
    condition     = [for event, policy in var.foundation.event_policies : event if contains(data.aws_iam_policy_document.task.source_policy_documents, policy)] == ["Transactions Received", "Transactions Rejected"]
    error_message = "Only the role's own events may be put on the bus."
  }
}

run "an_apply_does_not_resume_a_paused_loop" {
  command = plan

  variables {
    foundation = merge(var.foundation, { paused = true })
  }

  assert {
    condition     = aws_ecs_service.this.desired_count == 0
    error_message = "The poller stays stopped."
  }
}
