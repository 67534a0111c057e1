# ⑧ retrain: degraded production -> one guarded training.

locals {
  parameters   = "${var.foundation.arns.ssm}:parameter/${var.foundation.prefix}"
  pipeline_arn = "${var.foundation.arns.sagemaker}:pipeline/${var.pipeline_name}"

  alarm_pattern = {
    source        = ["aws.cloudwatch"]
    "detail-type" = ["CloudWatch Alarm State Change"]
    detail = {
      alarmName = [var.loss_alarm.name]
      state     = { value = ["ALARM"] }
    }
  }
}

module "retrain_trigger" {
  source = "../lambda_function"

  name              = "retrain_trigger"
  description       = "Alarm, schedule or manual request -> at most one training at a time"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.retrain_trigger.json

  environment = {
    ALARM_NAME     = var.loss_alarm.name
    EVENT_BUS_NAME = var.foundation.bus_name
    PARAMETER_PATH = "/${var.foundation.prefix}"
    PIPELINE_NAME  = var.pipeline_name
  }

  triggers = merge(
    {
      alarm = {
        description   = "Production loss alarm -> retrain_trigger"
        event_pattern = jsonencode(local.alarm_pattern)
      }
      # An alarm sends one event when it goes into ALARM, and none while it stays in ALARM.
      check = {
        description         = "Hourly check whether the production loss alarm is in ALARM -> retrain_trigger"
        input               = { source = "evergreen.check" }
        schedule_expression = "rate(1 hour)"
      }
    },
    { for expression in compact([var.retraining.schedule]) : "schedule" => {
      description         = "Scheduled retraining -> retrain_trigger"
      schedule_expression = expression
    } },
  )
}
