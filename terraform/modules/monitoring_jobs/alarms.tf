# An alarm for every feature that is compared, so that none can drift unseen.
resource "aws_cloudwatch_metric_alarm" "drift" {
  for_each = { for pair in setproduct(keys(local.endpoints), local.compared) : "${pair[0]}-${pair[1]}" => { stage = pair[0], feature = pair[1] } }

  alarm_name          = "${local.endpoints[each.value.stage]}-drift-${each.value.feature}"
  alarm_description   = "${each.value.feature} has drifted from the training baseline of the version on ${each.value.stage}: ${var.foundation.runbook_url}#stage-drift-feature"
  namespace           = var.foundation.metric_namespace
  metric_name         = "DriftScore"
  dimensions          = { Stage = each.value.stage, Feature = each.value.feature }
  statistic           = "Maximum"
  period              = 3600
  comparison_operator = "GreaterThanThreshold"
  threshold           = 1
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  # The state stays between two jobs.
  treat_missing_data = "ignore"
  alarm_actions      = [var.foundation.topic_arn]
  ok_actions         = [var.foundation.topic_arn]
}

resource "aws_cloudwatch_metric_alarm" "data_quality" {
  for_each = local.endpoints

  alarm_name          = "${each.value}-data-quality"
  alarm_description   = "Data of a day violate the constraints of the version on ${each.key}: ${var.foundation.runbook_url}#stage-data-quality"
  namespace           = var.foundation.metric_namespace
  metric_name         = "DataQualityViolations"
  dimensions          = { Stage = each.key }
  statistic           = "Maximum"
  period              = 3600
  comparison_operator = "GreaterThanThreshold"
  threshold           = 0
  datapoints_to_alarm = 1
  evaluation_periods  = 1
  treat_missing_data  = "ignore"
  alarm_actions       = [var.foundation.topic_arn]
  ok_actions          = [var.foundation.topic_arn]
}
