# Beside the loop: batch. Files below batchdata/input/ -> predictions of the latest approved version, and a manifest.
# A run that fails is recorded with its reason, and mailed.

locals {
  pipeline_name = "${var.foundation.prefix}-batch"
  pipeline_arn  = "${var.foundation.arns.sagemaker}:pipeline/${local.pipeline_name}"
  is_forecaster = var.model == "forecaster"

  values = {
    Bucket                 = var.foundation.bucket_name
    ContentType            = local.is_forecaster ? "application/jsonlines" : "text/csv"
    EventBusName           = var.foundation.bus_name
    InferenceConfig        = local.is_forecaster ? jsonencode({ num_samples = var.samples, output_types = ["mean", "quantiles"], quantiles = ["0.1", "0.5", "0.9"] }) : "{}"
    KmsKeyId               = var.foundation.kms_key_arn
    Model                  = var.model
    ProcessingImage        = var.image
    ProcessingInstanceType = var.batch.instance_type
    RoleArn                = module.role.arn
  }

  definition = jsondecode(file(var.definition_file))

  # Rows are sent as many as fit into a request, series one at a time: a forecast takes longer.
  score = {
    BatchStrategy      = local.is_forecaster ? "SingleRecord" : "MultiRecord"
    MaxPayloadInMB     = local.is_forecaster ? 6 : 1
    TransformResources = { InstanceCount = var.batch.instance_count, InstanceType = { Get = "Parameters.ProcessingInstanceType" }, VolumeKmsKeyId = { Get = "Parameters.KmsKeyId" } }
  }

  # Arguments of a step by its type. A transform runs in the network of its model.
  network = merge([for config in [for vpc in var.foundation.vpc_config[*] : { SecurityGroupIds = vpc.security_group_ids, Subnets = vpc.subnet_ids }] : {
    Model      = { VpcConfig = config }
    Processing = { NetworkConfig = { VpcConfig = config } }
  }]...)

  upload_pattern = {
    source        = ["aws.s3"]
    "detail-type" = ["Object Created"]
    detail = {
      bucket = { name = [var.foundation.bucket_name] }
      object = { key = [{ prefix = "batchdata/input/" }] }
    }
  }

  # SageMaker reports the end of a run only as an event.
  ended_pattern = {
    source        = ["aws.sagemaker"]
    "detail-type" = ["SageMaker Model Building Pipeline Execution Status Change"]
    detail = {
      pipelineArn                    = [local.pipeline_arn]
      currentPipelineExecutionStatus = ["Failed", "Stopped"]
    }
  }
}

resource "aws_sagemaker_pipeline" "this" {
  pipeline_name         = local.pipeline_name
  pipeline_display_name = local.pipeline_name
  pipeline_description  = "Scores files with a version of the registry"
  role_arn              = module.role.arn

  pipeline_definition = jsonencode(merge(local.definition, {
    Parameters = [
      for parameter in local.definition.Parameters :
      merge(parameter, try({ DefaultValue = local.values[parameter.Name] }, {}))
    ]
    Steps = [
      for step in local.definition.Steps : merge(step, { Arguments = merge(
        step.Arguments,
        step.Name == "Score" ? local.score : null,
        try(local.network[step.Type], {}),
        { for key in ["IfSteps", "ElseSteps"] : key => [for item in step.Arguments[key] : merge(item, { Arguments = merge(item.Arguments, try(local.network[item.Type], {})) })] if can(step.Arguments[key]) },
      ) })
    ]
  }))
}

module "batch_starter" {
  source = "../lambda_function"

  name              = "batch_starter"
  description       = "Upload, schedule or command -> one run of the batch pipeline; failed run -> decision log"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.batch_starter.json

  environment = {
    BUCKET                   = var.foundation.bucket_name
    EVENT_BUS_NAME           = var.foundation.bus_name
    MODEL_PACKAGE_GROUP_NAME = var.model_package_group_name
    PIPELINE_NAME            = local.pipeline_name
  }

  triggers = merge(
    { for pattern in [local.upload_pattern] : "upload" => {
      description   = "New file below batchdata/input/ -> batch_starter"
      event_pattern = jsonencode(pattern)
    } if var.batch.schedule == "" },
    { for expression in compact([var.batch.schedule]) : "schedule" => {
      description         = "Schedule -> batch_starter, which scores new files"
      input               = { source = "evergreen.schedule" }
      schedule_expression = expression
    } },
    { ended = {
      description   = "Run that failed or was stopped -> batch_starter, which records why"
      event_pattern = jsonencode(local.ended_pattern)
    } },
  )
}
