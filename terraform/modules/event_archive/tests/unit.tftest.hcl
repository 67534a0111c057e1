mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  name       = "archive"
  role_names = { events = "events-to-firehose", firehose = "firehose" }

  streams = {
    raw      = { description = "Received", event_pattern = jsonencode({ source = ["a"] }), rule = "received" }
    rejected = { description = "Rejected", event_pattern = jsonencode({ source = ["b"] }), rule = "rejected", time_prefix = "day=!{timestamp:dd}" }
  }
}

run "events_are_archived_line_by_line" {
  command = plan

  assert {
    condition     = aws_cloudwatch_event_rule.this["raw"].name == "test-received" && aws_cloudwatch_event_rule.this["raw"].event_bus_name == "test" && aws_cloudwatch_event_rule.this["raw"].event_pattern == var.streams.raw.event_pattern
    error_message = "The rules are on the event bus."
  }

  assert {
    condition     = { for folder, s in aws_kinesis_firehose_delivery_stream.this : s.name => one(s.extended_s3_configuration).prefix } == { test-raw = "raw/!{timestamp:yyyy/MM/dd/HH}/", test-rejected = "rejected/day=!{timestamp:dd}/" }
    error_message = "Each stream writes under its own prefix, by time."
  }

  assert {
    condition     = alltrue([for s in aws_kinesis_firehose_delivery_stream.this : one(s.extended_s3_configuration).compression_format == "GZIP"])
    error_message = "Objects are compressed."
  }

  assert {
    condition     = alltrue([for s in aws_kinesis_firehose_delivery_stream.this : one(one(one(s.extended_s3_configuration).processing_configuration).processors).type == "AppendDelimiterToRecord"])
    error_message = "Records are delimited by newlines."
  }

  assert {
    condition     = alltrue([for s in aws_kinesis_firehose_delivery_stream.this : one(s.server_side_encryption).key_arn == var.foundation.kms_key_arn && one(s.extended_s3_configuration).kms_key_arn == var.foundation.kms_key_arn])
    error_message = "Streams and archive are encrypted by the key."
  }

  assert {
    condition     = alltrue([for t in aws_cloudwatch_event_target.this : one(t.dead_letter_config).arn == var.foundation.undelivered_queue_arn && one(t.retry_policy).maximum_event_age_in_seconds == 86400])
    error_message = "What could not be delivered within a day is a dead letter."
  }
}

run "roles_write_only_to_their_own_streams_and_prefixes" {
  command = plan

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.events.statement : s.resources]) == ["arn:aws:firehose:eu-west-1:123456789012:deliverystream/test-raw", "arn:aws:firehose:eu-west-1:123456789012:deliverystream/test-rejected"]
    error_message = "Rules write only to the streams of this archive."
  }

  assert {
    condition     = toset(flatten([for s in data.aws_iam_policy_document.firehose.statement : s.resources if contains(s.actions, "s3:PutObject")])) == toset([for folder in ["firehose-errors", "raw", "rejected"] : "arn:aws:s3:::test-123456789012-eu-west-1/${folder}/*"])
    error_message = "Streams write only to their own prefixes."
  }

  assert {
    condition     = !anytrue(flatten([for d in [data.aws_iam_policy_document.events, data.aws_iam_policy_document.firehose] : [for s in d.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }
}
