# The streams of the job, the rule that feeds the first one, and the archive of the dead letters.

resource "aws_kinesis_stream" "this" {
  for_each = local.streams

  name             = "${var.foundation.prefix}-${each.key}"
  shard_count      = each.key == "transactions" ? var.job.shards : 1
  retention_period = 24
  encryption_type  = "KMS"
  kms_key_id       = var.foundation.kms_key_arn

  stream_mode_details {
    stream_mode = "PROVISIONED"
  }

  tags = { Purpose = each.value }
}

resource "aws_cloudwatch_event_rule" "this" {
  name           = "${var.foundation.prefix}-transactions-to-flink"
  description    = "Transactions Received -> stream of transactions"
  event_bus_name = var.foundation.bus_name
  event_pattern  = jsonencode({ source = ["evergreen.poller"], "detail-type" = ["Transactions Received"] })
}

resource "aws_cloudwatch_event_target" "this" {
  rule           = aws_cloudwatch_event_rule.this.name
  event_bus_name = var.foundation.bus_name
  target_id      = "kinesis"
  arn            = aws_kinesis_stream.this["transactions"].arn
  role_arn       = module.role["events"].arn

  kinesis_target {
    partition_key_path = "$.id" # spreads events over all shards
  }

  dead_letter_config {
    arn = var.foundation.undelivered_queue_arn
  }

  retry_policy {
    maximum_event_age_in_seconds = 86400 # retry transactions for a day
    maximum_retry_attempts       = 185
  }
}

resource "aws_cloudwatch_log_stream" "dead_letters" {
  name           = "dead-letters"
  log_group_name = aws_cloudwatch_log_group.this.name
}

resource "aws_kinesis_firehose_delivery_stream" "dead_letters" {
  name        = "${var.foundation.prefix}-dead-letters"
  destination = "extended_s3"

  kinesis_source_configuration {
    kinesis_stream_arn = aws_kinesis_stream.this["dead-letters"].arn
    role_arn           = module.role["firehose"].arn
  }

  extended_s3_configuration {
    role_arn            = module.role["firehose"].arn
    bucket_arn          = var.foundation.bucket_arn
    prefix              = "dead-letters/!{timestamp:yyyy/MM/dd/HH}/"
    error_output_prefix = "firehose-errors/dead-letters/!{firehose:error-output-type}/!{timestamp:yyyy/MM/dd/HH}/"
    buffering_interval  = 60
    buffering_size      = 5
    compression_format  = "GZIP"
    kms_key_arn         = var.foundation.kms_key_arn

    cloudwatch_logging_options {
      enabled         = true
      log_group_name  = aws_cloudwatch_log_group.this.name
      log_stream_name = aws_cloudwatch_log_stream.dead_letters.name
    }

    # One dead letter per line.
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
