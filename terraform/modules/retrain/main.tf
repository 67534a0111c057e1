# ⑧ retrain: production needs a better model, or another request -> one guarded training.

locals {
  parameters  = "${var.foundation.arns.ssm}:parameter/${var.foundation.prefix}"
  trains      = var.training_account == null
  by_pipeline = strcontains(var.training_workflow_arn, ":pipeline/")

  # Statements about the trainings of this account.
  own_trainings = local.trains ? ["own"] : []

  # What the function sends.
  events = local.trains ? ["Retraining Skipped", "Retraining Started", "Training Failed"] : ["Better Model Requested"]

  alarm_pattern = {
    source        = ["aws.cloudwatch"]
    "detail-type" = ["CloudWatch Alarm State Change"]
    detail = {
      alarmName = [var.loss_alarm.name]
      state     = { value = ["ALARM"] }
    }
  }

  upload_pattern = {
    source        = ["aws.s3"]
    "detail-type" = ["Object Created"]
    detail = {
      bucket = { name = [var.foundation.bucket_name] }
      object = { key = [{ prefix = "training-data/" }] }
    }
  }

  # As texts: the two patterns have different types.
  failed_pattern = local.by_pipeline ? jsonencode({
    source        = ["aws.sagemaker"]
    "detail-type" = ["SageMaker Model Building Pipeline Execution Status Change"]
    detail = {
      pipelineArn                    = [var.training_workflow_arn]
      currentPipelineExecutionStatus = ["Failed"]
    }
    }) : jsonencode({
    source        = ["aws.states"]
    "detail-type" = ["Step Functions Execution Status Change"]
    detail = {
      stateMachineArn = [var.training_workflow_arn]
      status          = ["FAILED", "TIMED_OUT"]
    }
  })
}

module "retrain_trigger" {
  source = "../lambda_function"

  name              = "retrain_trigger"
  description       = "Alarm, schedule or manual request -> at most one training at a time"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.retrain_trigger.json

  environment = merge({
    ALARM_NAME               = var.loss_alarm.name
    BUCKET                   = var.foundation.bucket_name
    FEATURE_GROUP_NAME       = try(var.feature_group.name, "") # empty: none
    EVENT_BUS_NAME           = var.foundation.bus_name
    LAG_MINUTES              = var.forecast_environment["LAG_MINUTES"]
    MODEL_PACKAGE_GROUP_NAME = var.model_package_group_name
    PARAMETER_PATH           = "/${var.foundation.prefix}"
    PREDICTION_LENGTH        = var.forecast_environment["PREDICTION_LENGTH"]
    STATE_MACHINE_ARN        = var.state_machine_arn
    THRESHOLD_PARAMETER      = var.threshold_parameter
    TRAINING_WORKFLOW_ARN    = var.training_workflow_arn
  }, [for account in var.training_account[*] : { TRAINING_ACCOUNT = account }]...)

  triggers = merge(
    {
      alarm = {
        description   = "Production loss alarm -> retrain_trigger"
        event_pattern = jsonencode(local.alarm_pattern)
      }
      # An alarm sends one event when it goes into ALARM, and none while it stays in ALARM; and no event says that the history suffices for a first model, or that newer data can beat the reference.
      check = {
        description         = "Regular check whether production needs a better model -> retrain_trigger"
        input               = { source = "evergreen.check" }
        schedule_expression = "rate(15 minutes)"
      }
    },
    { for name, trigger in {
      failed = {
        description   = "Failed training -> retrain_trigger, which records why and what follows"
        event_pattern = local.failed_pattern
      }
      upload = {
        description   = "New data below training-data/ -> retrain_trigger"
        event_pattern = jsonencode(local.upload_pattern)
      }
      code = {
        description    = "Another revision of the code was deployed -> retrain_trigger"
        event_bus_name = var.foundation.bus_name
        event_pattern  = jsonencode({ source = ["evergreen.delivery"], "detail-type" = ["Code Changed"] })
      }
    } : name => trigger if local.trains },
    { for pattern in var.requested_pattern[*] : "requested" => {
      description    = "Production in another account needs a better model -> retrain_trigger"
      event_bus_name = var.foundation.bus_name
      event_pattern  = pattern
    } },
    { for pattern in [{ source = ["evergreen.loop"], "detail-type" = ["Drift Detected"], detail = { stage = ["production"] } }] : "drift" => {
      description    = "Drift on production -> retrain_trigger"
      event_bus_name = var.foundation.bus_name
      event_pattern  = jsonencode(pattern)
    } if var.retraining.on_drift },
    { for expression in compact([var.retraining.schedule]) : "schedule" => {
      description         = "Scheduled retraining -> retrain_trigger"
      schedule_expression = expression
    } if local.trains },
  )
}
