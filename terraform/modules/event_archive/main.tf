# Events of the bus -> rule -> Firehose -> S3: one compressed object per minute or 5 MB, one event per line.

locals {
  # Built from names, so that policies do not wait for the resources.
  stream_names = { for folder in keys(var.streams) : folder => "${var.foundation.prefix}-${folder}" }
}

resource "aws_cloudwatch_event_rule" "this" {
  for_each = var.streams

  name           = "${var.foundation.prefix}-${each.value.rule}"
  description    = "${each.value.description} -> ${each.key}/"
  event_bus_name = var.foundation.bus_name
  event_pattern  = each.value.event_pattern
}

resource "aws_cloudwatch_event_target" "this" {
  for_each = var.streams

  rule           = aws_cloudwatch_event_rule.this[each.key].name
  event_bus_name = var.foundation.bus_name
  target_id      = "firehose"
  arn            = aws_kinesis_firehose_delivery_stream.this[each.key].arn
  role_arn       = module.events_role.arn

  dead_letter_config {
    arn = var.foundation.undelivered_queue_arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 86400 # retry for a day
    maximum_retry_attempts       = 185
  }
}

resource "aws_cloudwatch_log_group" "firehose" {
  name              = "/aws/kinesisfirehose/${var.foundation.prefix}-${var.name}"
  kms_key_id        = var.foundation.kms_key_arn
  retention_in_days = var.foundation.log_retention_days
}

resource "aws_cloudwatch_log_stream" "firehose" {
  for_each = var.streams

  name           = each.key
  log_group_name = aws_cloudwatch_log_group.firehose.name
}

resource "aws_kinesis_firehose_delivery_stream" "this" {
  for_each = var.streams

  name        = local.stream_names[each.key]
  destination = "extended_s3"

  server_side_encryption {
    enabled  = true
    key_type = "CUSTOMER_MANAGED_CMK"
    key_arn  = var.foundation.kms_key_arn
  }

  extended_s3_configuration {
    role_arn            = module.firehose_role.arn
    bucket_arn          = var.foundation.bucket_arn
    prefix              = "${each.key}/${each.value.time_prefix}/"
    error_output_prefix = "firehose-errors/${each.key}/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
    buffering_interval  = 60
    buffering_size      = 5
    compression_format  = "GZIP"
    kms_key_arn         = var.foundation.kms_key_arn

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.firehose.name
      log_stream_name = aws_cloudwatch_log_stream.firehose[each.key].name
    }

    # One event per line.
    processing_configuration {
      enabled = true

      processors {
        type = "AppendDelimiterToRecord"

        parameters {
          parameter_name  = "Delimiter"
          parameter_value = "\\n"
        }
      }
    }
  }
}
