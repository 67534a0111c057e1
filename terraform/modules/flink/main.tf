# ② ingest, engine "flink": event bus -> Kinesis -> Flink -> Kinesis -> exact row per minute.

locals {
  name = "${var.foundation.prefix}-streaming"

  # Tables of the job; each has the stream of the same name.
  streams = {
    "dead-letters" = "Transactions that the job could not count and the reason"
    minutes        = "Minute rows that the job emits"
    transactions   = "Events Transactions Received from the bus"
  }

  stream_arns = {
    for table, _ in local.streams :
    table => "${var.foundation.arns.kinesis}:stream/${var.foundation.prefix}-${table}"
  }

  # Read by streaming/properties.py and by the service.
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
      # Without a snapshot the job reads the retained day again and computes the same rows.
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

# The key contains the checksum: the service does not notice a changed object under the same key.
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
  description            = "Transactions -> exact row per minute"
  runtime_environment    = "FLINK-1_20"
  service_execution_role = module.role["kinesisanalytics"].arn
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

    dynamic "vpc_configuration" {
      for_each = var.foundation.vpc_config[*]

      content {
        security_group_ids = vpc_configuration.value.security_group_ids
        subnet_ids         = vpc_configuration.value.subnet_ids
      }
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

  depends_on = [aws_kinesis_stream.this] # the application starts at once
}
