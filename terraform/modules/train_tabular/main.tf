# ④ train: CSV files -> a tabular model, judged with the champion and the mean -> new version in the registry.
# Python renders the graph; Terraform sets the defaults of its parameters.

locals {
  name        = "${var.foundation.prefix}-training"
  by_pipeline = var.training.workflow == "pipeline"
  sample      = "sample" # in place of an S3 URI: the data that come with the model

  # Where new files start a training, too.
  data_uri = coalesce(var.training.data_uri, "s3://${var.foundation.bucket_name}/training-data/")

  # Bucket and prefix of the data; null for the sample.
  location = local.data_uri == local.sample ? null : regex("^s3://(?P<bucket>[^/]+)/(?P<prefix>.*)$", local.data_uri)

  hyperparameters = { for name, value in var.training.hyperparameters : replace(title(replace(name, "_", " ")), " ", "") => value }

  # Defaults of the parameters by name.
  values = merge(
    local.hyperparameters,
    {
      Bucket                 = var.foundation.bucket_name
      DataUri                = local.data_uri
      EventBusName           = var.foundation.bus_name
      KmsKeyId               = var.foundation.kms_key_arn
      ModelPackageGroupName  = var.model_package_group_name
      Prefix                 = var.foundation.prefix
      ProcessingImage        = var.image
      ProcessingInstanceType = var.training.processing_instance_type
      RoleArn                = module.training_role.arn
      TrainingInstanceType   = var.training.training_instance_type
    },
    { for name, value in { Gate = var.training.gate, TrackingUri = var.tracking_uri } : name => value if value != null },
  )

  definition = jsondecode(file(var.definition_files.pipeline))
  parameters = { for parameter in local.definition.Parameters : parameter.Name => try(parameter.DefaultValue, null) }

  # Arguments of a step by its type.
  network = merge([for config in [for vpc in var.foundation.vpc_config[*] : { SecurityGroupIds = vpc.security_group_ids, Subnets = vpc.subnet_ids }] : {
    Processing = { NetworkConfig = { VpcConfig = config } }
    Training   = { VpcConfig = config }
  }]...)
}

# What is wrong with the values is said before anything is created, whichever service trains.
resource "terraform_data" "checked" {
  lifecycle {
    precondition {
      condition     = length(setsubtract(keys(local.hyperparameters), keys(local.parameters))) == 0
      error_message = "training.hyperparameters: got ${join(", ", keys(var.training.hyperparameters))}, expected names of this model's hyperparameters (its settings.py)."
    }
    precondition {
      condition     = local.data_uri != local.sample || local.parameters["DataUri"] == local.sample
      error_message = "training.data_uri: got sample, expected an S3 URI: this model comes without data."
    }
  }
}

resource "aws_sagemaker_pipeline" "training" {
  for_each = toset(local.by_pipeline ? ["own"] : [])

  pipeline_name         = local.name
  pipeline_display_name = local.name
  pipeline_description  = "Trains a tabular model, judges it with the champion and the mean, and registers it if it passes"
  role_arn              = module.training_role.arn

  pipeline_definition = jsonencode(merge(local.definition, {
    Parameters = [
      for parameter in local.definition.Parameters :
      merge(parameter, try({ DefaultValue = local.values[parameter.Name] }, {}))
    ]
    Steps = [
      for step in local.definition.Steps : merge(step, { Arguments = merge(step.Arguments,
        try(local.network[step.Type], {}),
        { for key in ["IfSteps"] : key => [for item in step.Arguments[key] : merge(item, { Arguments = merge(item.Arguments, try(local.network[item.Type], {})) })] if can(step.Arguments[key]) },
      ) })
    ]
  }))

  # Deleted after what depends on it: modules/clean_up asks whether a training runs.
  lifecycle {
    create_before_destroy = true
  }

  depends_on = [aws_iam_role_policy.steps, terraform_data.checked]
}

# The pipeline was the only workflow up to version 0.1.
moved {
  from = aws_sagemaker_pipeline.training
  to   = aws_sagemaker_pipeline.training["own"]
}

# Limits that can be changed between two trainings without an apply.
module "settings" {
  source = "../settings"

  prefix   = var.foundation.prefix
  settings = { for name, value in var.quality : "quality/policy/${name}" => { value = tostring(value), description = "Limits of automatic trainings" } }
}
