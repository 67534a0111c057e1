resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = "${var.foundation.prefix}-ingestion"

  dashboard_body = jsonencode({
    widgets = [
      {
        type = "metric", x = 0, y = 0, width = 12, height = 6
        properties = {
          title  = "① transactions a minute"
          region = var.foundation.region
          period = 60
          stat   = "Sum"
          metrics = [
            for name in ["Polls", "PollGaps", "PollsRejected", "TransactionsPolled", "TransactionsPublished", "TransactionsRejected"] :
            [var.foundation.metric_namespace, name]
          ]
        }
      },
      {
        type = "metric", x = 12, y = 0, width = 12, height = 6
        properties = {
          title  = "② age of the oldest event before the archive, in seconds"
          region = var.foundation.region
          period = 60
          stat   = "Maximum"
          metrics = [
            for folder in keys(local.streams) :
            ["AWS/Firehose", "DeliveryToS3.DataFreshness", "DeliveryStreamName", "${var.foundation.prefix}-${folder}"]
          ]
        }
      },
      {
        type = "metric", x = 0, y = 6, width = 8, height = 6
        properties = {
          title  = "② window_aggregator: invocations, errors and throttled requests"
          region = var.foundation.region
          period = 60
          stat   = "Sum"
          metrics = [
            for name in ["Invocations", "Errors", "Throttles"] :
            ["AWS/Lambda", name, "FunctionName", module.window_aggregator.name]
          ]
        }
      },
      {
        type = "metric", x = 8, y = 6, width = 8, height = 6
        properties = {
          title   = "② window_aggregator: duration in milliseconds, longest and mean"
          region  = var.foundation.region
          period  = 60
          metrics = [for stat in ["Maximum", "Average"] : ["AWS/Lambda", "Duration", "FunctionName", module.window_aggregator.name, { label = stat, stat = stat }]]
        }
      },
      {
        type = "metric", x = 16, y = 6, width = 8, height = 6
        properties = {
          title   = "③ rows written; late and conflicting transactions in them"
          region  = var.foundation.region
          period  = 60
          stat    = "Sum"
          metrics = [for name in ["RowsWritten", "LateTransactions", "ConflictingTransactions"] : [var.foundation.metric_namespace, name]]
        }
      },
      {
        type = "log", x = 0, y = 12, width = 24, height = 6
        properties = {
          title  = "② window_aggregator: latest log lines"
          region = var.foundation.region
          view   = "table"
          query  = "SOURCE '${module.window_aggregator.log_group_name}' | filter ispresent(level) | fields @timestamp, level, message, key, minutes, transactions, conflicts, late, function_request_id | sort @timestamp desc | limit 20"
        }
      },
    ]
  })
}
