# Loss, threshold and retrainings in one graph, plus coverage, alarms and the decision log.

locals {
  stage_metric = { for name in ["Coverage", "MeanQuantileLoss", "NaiveQuantileLoss", "Threshold"] :
  name => [var.foundation.metric_namespace, name, "Stage", "production"] }

  loss_alarm_arn = "${var.foundation.arns.cloudwatch}:alarm:${local.endpoint_name}-loss"
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = "${var.foundation.prefix}-model-monitoring"

  dashboard_body = jsonencode({
    widgets = [
      {
        type = "metric", x = 0, y = 0, width = 24, height = 9
        properties = {
          title  = "⑦ ⑧ production: mean quantile loss, threshold, retrainings"
          region = var.foundation.region
          period = 3600
          stat   = "Average"
          view   = "timeSeries"
          metrics = [
            concat(local.stage_metric["MeanQuantileLoss"], [{ label = "loss", color = "#1f77b4" }]),
            concat(local.stage_metric["Threshold"], [{ label = "threshold", color = "#d62728" }]),
            concat(local.stage_metric["NaiveQuantileLoss"], [{ label = "naive forecast", color = "#c7c7c7" }]),
            ["AWS/Lambda", "Invocations", "FunctionName", "${var.foundation.prefix}-retrain-trigger",
            { label = "retrain requests", color = "#2ca02c", stat = "Sum", yAxis = "right" }],
          ]
          yAxis = {
            left  = { label = "wQL, lower is better", min = 0, showUnits = false }
            right = { label = "retrain_trigger", min = 0, showUnits = false }
          }
        }
      },
      {
        type = "metric", x = 0, y = 9, width = 12, height = 6
        properties = {
          title   = "⑦ coverage: share of actual values inside the 10 % to 90 % interval"
          region  = var.foundation.region
          period  = 3600
          stat    = "Average"
          metrics = [local.stage_metric["Coverage"]]
          annotations = {
            horizontal = [{ label = "nominal coverage", value = 0.8 }]
          }
          yAxis = { left = { min = 0, max = 1, showUnits = false } }
        }
      },
      {
        type = "alarm", x = 12, y = 9, width = 12, height = 6
        properties = {
          title  = "⑧ alarms"
          alarms = [local.loss_alarm_arn, aws_cloudwatch_metric_alarm.silent.arn]
        }
      },
      {
        type = "log", x = 0, y = 15, width = 24, height = 6
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
