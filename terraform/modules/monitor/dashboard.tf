# Relative loss, threshold and retrainings in one graph; raw losses, coverage, alarms, decision log.

locals {
  stage_metric = { for name in ["Coverage", "MeanQuantileLoss", "NaiveQuantileLoss", "ReferenceQuantileLoss", "RelativeLoss", "Threshold", "UnscoredWindows"] :
  name => [var.foundation.metric_namespace, name, "Stage", "production"] }
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = "${var.foundation.prefix}-model-monitoring"

  dashboard_body = jsonencode({
    widgets = [
      {
        type = "metric", x = 0, y = 0, width = 24, height = 9
        properties = {
          title  = "⑦ ⑧ production: loss relative to the reference forecast, threshold, retrainings"
          region = var.foundation.region
          period = 3600
          stat   = "Average"
          view   = "timeSeries"
          metrics = [
            concat(local.stage_metric["RelativeLoss"], [{ label = "relative loss", color = "#1f77b4" }]),
            concat(local.stage_metric["Threshold"], [{ label = "threshold", color = "#d62728" }]),
            ["AWS/Lambda", "Invocations", "FunctionName", "${var.foundation.prefix}-retrain-trigger",
            { label = "retrain requests", color = "#2ca02c", stat = "Sum", yAxis = "right" }],
          ]
          yAxis = {
            left  = { label = "moving average, lower is better", min = 0, showUnits = false }
            right = { label = "retrain_trigger", min = 0, showUnits = false }
          }
        }
      },
      {
        type = "metric", x = 0, y = 9, width = 8, height = 6
        properties = {
          title  = "⑦ mean quantile loss"
          region = var.foundation.region
          period = 3600
          stat   = "Average"
          metrics = [
            concat(local.stage_metric["MeanQuantileLoss"], [{ label = "model", color = "#1f77b4" }]),
            concat(local.stage_metric["ReferenceQuantileLoss"], [{ label = "reference forecast", color = "#7f7f7f" }]),
            concat(local.stage_metric["NaiveQuantileLoss"], [{ label = "naive forecast", color = "#c7c7c7" }]),
          ]
          yAxis = { left = { label = "wQL, lower is better", min = 0, showUnits = false } }
        }
      },
      {
        type = "metric", x = 8, y = 9, width = 8, height = 6
        properties = {
          title  = "⑦ coverage of the 10 % to 90 % interval, and windows that could not be scored"
          region = var.foundation.region
          period = 3600
          stat   = "Average"
          metrics = [
            local.stage_metric["Coverage"],
            concat(local.stage_metric["UnscoredWindows"], [{ stat = "Maximum", yAxis = "right" }]),
          ]
          annotations = {
            horizontal = [{ label = "nominal coverage", value = 0.8 }]
          }
          yAxis = { left = { min = 0, max = 1, showUnits = false }, right = { min = 0, showUnits = false } }
        }
      },
      {
        type = "alarm", x = 16, y = 9, width = 8, height = 6
        properties = {
          title = "⑦ alarms"
          # As strings, so that a plan has the whole dashboard.
          alarms = [for alarm in concat(values(aws_cloudwatch_metric_alarm.loss), values(aws_cloudwatch_metric_alarm.silent), [aws_cloudwatch_metric_alarm.harder]) :
          "${var.foundation.arns.cloudwatch}:alarm:${alarm.alarm_name}"]
        }
      },
      {
        type = "metric", x = 0, y = 15, width = 12, height = 6
        properties = {
          title       = "⑦ drift of features and of the forecast; above 1: farther from the baseline than its own days"
          region      = var.foundation.region
          period      = 3600
          metrics     = [[{ expression = "SEARCH('{${var.foundation.metric_namespace},Feature,Stage} MetricName=\"DriftScore\" Stage=\"production\"', 'Maximum', 3600)" }]]
          annotations = { horizontal = [{ label = "alarm", value = 1 }] }
          yAxis       = { left = { min = 0, showUnits = false } }
        }
      },
      {
        type = "metric", x = 12, y = 15, width = 12, height = 6
        properties = {
          title   = "⑦ violations of the constraints on the data of a day"
          region  = var.foundation.region
          period  = 3600
          stat    = "Maximum"
          metrics = [[var.foundation.metric_namespace, "DataQualityViolations", "Stage", "production"]]
          yAxis   = { left = { min = 0, showUnits = false } }
        }
      },
      {
        type = "log", x = 0, y = 21, width = 24, height = 6
        properties = {
          title  = "decision log"
          region = var.foundation.region
          view   = "table"
          query  = "SOURCE '${var.decision_log_group}' | fields time, `detail-type`, detail.stage, detail.package_version, detail.reason | sort time desc | limit 50"
        }
      },
    ]
  })
}
