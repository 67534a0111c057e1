# ② ingest, engine "flink": the bus -> Kinesis -> Flink -> Kinesis -> exact rows per minute.

locals {
  arn_parts = "${var.foundation.region}:${var.foundation.account_id}"
  name      = "${var.foundation.prefix}-streaming"

  # The job's tables; their streams are named as they are.
  streams = {
    "dead-letters" = "What the job did not count, with the reason"
    minutes        = "Rows of the job, one a minute and firing"
    transactions   = "Events Transactions Received, as the bus has them"
  }

  stream_arns = {
    for table, _ in local.streams :
    table => "arn:${var.foundation.partition}:kinesis:${local.arn_parts}:stream/${var.foundation.prefix}-${table}"
  }

  # What streaming/properties.py reads, and what the service itself does.
  property_groups = {
    "kinesis.analytics.flink.run.options" = {
      python  = "main.py"
      jarfile = "lib/pyflink-dependencies.jar"
      pyFiles = "python/"
    }
    source = {
      connector    = "kinesis"
      "stream.arn" = local.stream_arns["transactions"]
      "aws.region" = var.foundation.region
      # Without a snapshot the retained day is read again: it gives the same rows.
      "source.init.position" = "TRIM_HORIZON"
    }
    minutes = {
      connector    = "kinesis"
      "stream.arn" = local.stream_arns["minutes"]
      "aws.region" = var.foundation.region
    }
    "dead-letters" = {
      connector    = "kinesis"
      "stream.arn" = local.stream_arns["dead-letters"]
      "aws.region" = var.foundation.region
    }
    time = {
      "allowed.lateness.minutes" = tostring(var.job.allowed_lateness_minutes)
      "watermark.delay.seconds"  = tostring(var.job.watermark_delay_seconds)
    }
  }
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/aws/kinesis-analytics/${local.name}"
  kms_key_id        = var.foundation.kms_key_arn
  retention_in_days = var.foundation.log_retention_days
}

resource "aws_cloudwatch_log_stream" "this" {
  name           = "application"
  log_group_name = aws_cloudwatch_log_group.this.name
}

# The key tells the content: the service does not look whether an object has changed.
resource "aws_s3_object" "code" {
  bucket = var.foundation.bucket_name
  key    = "code/streaming-${filemd5(var.package)}.zip"
  source = var.package

  lifecycle {
    precondition {
      condition     = fileexists(var.package)
      error_message = "${var.package} is missing: run `make flink-package` first."
    }
  }
}

resource "aws_kinesisanalyticsv2_application" "this" {
  name                   = local.name
  description            = "Events -> exact rows of their minutes"
  runtime_environment    = "FLINK-1_20"
  service_execution_role = aws_iam_role.this["kinesisanalytics"].arn
  start_application      = true

  application_configuration {
    application_code_configuration {
      code_content_type = "ZIPFILE"

      code_content {
        s3_content_location {
          bucket_arn = var.foundation.bucket_arn
          file_key   = aws_s3_object.code.key
        }
      }
    }

    application_snapshot_configuration {
      snapshots_enabled = true
    }

    environment_properties {
      dynamic "property_group" {
        for_each = local.property_groups

        content {
          property_group_id = property_group.key
          property_map      = property_group.value
        }
      }
    }

    flink_application_configuration {
      checkpoint_configuration {
        configuration_type            = "CUSTOM"
        checkpointing_enabled         = true
        checkpoint_interval           = 60000
        min_pause_between_checkpoints = 5000
      }

      monitoring_configuration {
        configuration_type = "CUSTOM"
        log_level          = "INFO"
        metrics_level      = "APPLICATION"
      }

      parallelism_configuration {
        configuration_type   = "CUSTOM"
        auto_scaling_enabled = false
        parallelism          = var.job.parallelism
        parallelism_per_kpu  = 1
      }
    }
  }

  cloudwatch_logging_options {
    log_stream_arn = aws_cloudwatch_log_stream.this.arn
  }

  # It starts at once, as this role, on these streams.
  depends_on = [aws_iam_role_policy.this, aws_kinesis_stream.this]
}
