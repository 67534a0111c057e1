# ④ train: history -> candidates -> tournament with champion and reference -> new version in the registry.
# Python renders the graph; Terraform sets the defaults of its parameters, and which candidates take part.

locals {
  pipeline_name = "${var.foundation.prefix}-training"

  training_images = merge(
    { own = var.image },
    { for name, image in data.aws_sagemaker_prebuilt_ecr_image.deepar : name => image.registry_path },
  )

  candidates = concat(var.training.candidates, [for budget in var.training.tuning[*] : "deepar_tuned"])

  # Defaults of the pipeline parameters by name. Names that the definition does not have are ignored.
  values = merge(
    { for name, value in var.training.hyperparameters : replace(title(replace(name, "_", " ")), " ", "") => tostring(value) },
    {
      BaselineDays           = tostring(var.baseline_days)
      Bucket                 = var.foundation.bucket_name
      Candidates             = join(",", local.candidates)
      EventBusName           = var.foundation.bus_name
      FeatureGroupName       = var.feature_group.name
      KmsKeyId               = var.foundation.kms_key_arn
      ModelPackageGroupName  = var.model_package_group_name
      Prefix                 = var.foundation.prefix
      ProcessingImage        = var.image
      ProcessingInstanceType = var.training.processing_instance_type
      ForecastSamples        = tostring(var.forecast.samples)
      LagMinutes             = tostring(var.forecast.lag_minutes)
      RequestMinutes         = tostring(var.forecast.request_minutes)
      RoleArn                = module.training_role.arn
      TrainingImage          = local.training_images[var.training.image]
      TrainingInstanceType   = var.training.training_instance_type
    },
    { for name, value in {
      BiasGroups     = var.training.bias_groups
      HistoryHours   = var.training.history_hours
      MinimumMinutes = var.training.minimum_minutes
      TrackingUri    = var.tracking.uri
    } : name => tostring(value) if value != null },
  )

  definition = jsondecode(file(var.definition_file))

  # The definition has the steps of all DeepAR candidates. Those of candidates that take no part are left out, with the inputs of Evaluate that they write.
  absent = concat(flatten([
    for name in ["deepar", "deepar_recent", "deepar_tuned"] : [
      "forecasts-${name}",
      [for step in ["CreateModel", "Forecast", "Train"] : "${step}${replace(title(replace(name, "_", " ")), " ", "")}"],
    ] if !contains(local.candidates, name)
  ]), contains(local.candidates, "deepar_tuned") ? [] : ["CheckTuned", "TuneDeepar"])
  steps = [
    for step in local.definition.Steps : merge(step, { Arguments = merge(step.Arguments, {
      for key, items in { IfSteps = try(step.Arguments.IfSteps, []), ProcessingInputs = try(step.Arguments.ProcessingInputs, []) } :
      key => [
        for item in items :
        try(merge(item, { Arguments = merge(item.Arguments, try(local.network[item.Type], {}), try(local.instances[item.Name], {}), try(local.spot[item.Name], {}), try(local.search[item.Name], {})) }), item)
        if !contains(local.absent, try(item.Name, item.InputName))
      ] if length(items) > 0
    }, try(local.network[step.Type], {})) }) if !contains(local.absent, step.Name)
  ]

  # Arguments of the trainings by step: each step has its own checkpoints, which a repeated job of an execution goes on from.
  spot = { for name in [for item in flatten([for step in local.definition.Steps : [for item in try(step.Arguments.IfSteps, []) : { name = item.Name, type = item.Type }]]) : item.name if item.type == "Training" && var.training.spot.enabled] : name => {
    EnableManagedSpotTraining = true
    StoppingCondition = {
      MaxRuntimeInSeconds  = min(3600, 60 * var.training.spot.max_wait_minutes)
      MaxWaitTimeInSeconds = 60 * var.training.spot.max_wait_minutes
    }
    CheckpointConfig = {
      LocalPath = "/opt/ml/checkpoints"
      S3Uri     = { "Std:Join" = { On = "/", Values = ["s3:/", { Get = "Parameters.Bucket" }, "training", { Get = "Execution.PipelineExecutionId" }, "checkpoints", name] } }
    }
  } }

  # Hyperparameters of the trainings besides those of the definition. Amazon DeepAR would refuse them.
  static = length(var.training.cat) == 0 ? {} : { cat = jsonencode(var.training.cat) }

  # Arguments of the trainings by step: their instances, and the static features.
  instances = { for item in flatten([for step in local.definition.Steps : try(step.Arguments.IfSteps, [])]) : item.Name => {
    HyperParameters = merge(item.Arguments.HyperParameters, local.static)
    ResourceConfig  = merge(item.Arguments.ResourceConfig, { InstanceCount = var.training.instance_count })
  } if item.Type == "Training" }

  # Arguments of the search: its budget, its instances, its network, and for our image the metric, which SageMaker knows only for its own algorithms.
  search = { for item in flatten([for step in local.definition.Steps : try(step.Arguments.IfSteps, [])]) : item.Name => {
    HyperParameterTuningJobConfig = merge(item.Arguments.HyperParameterTuningJobConfig, {
      ResourceLimits = { MaxNumberOfTrainingJobs = var.training.tuning.jobs, MaxParallelTrainingJobs = var.training.tuning.parallel }
    })
    TrainingJobDefinition = merge(item.Arguments.TrainingJobDefinition, try(local.network.Training, {}), {
      ResourceConfig        = merge(item.Arguments.TrainingJobDefinition.ResourceConfig, { InstanceCount = var.training.instance_count })
      StaticHyperParameters = merge(item.Arguments.TrainingJobDefinition.StaticHyperParameters, local.static)
      AlgorithmSpecification = merge(item.Arguments.TrainingJobDefinition.AlgorithmSpecification, {
        for image in setintersection(["own"], [var.training.image]) : "MetricDefinitions" => [{
          Name  = item.Arguments.HyperParameterTuningJobConfig.HyperParameterTuningJobObjective.MetricName
          Regex = "#quality_metric: host=\\S+, test mean_wQuantileLoss <loss>=(\\S+)"
        }]
      })
    })
  } if item.Type == "Tuning" && var.training.tuning != null }

  # Arguments of a step by its type. A transform runs in the network of its model.
  network = merge([for config in [for vpc in var.foundation.vpc_config[*] : { SecurityGroupIds = vpc.security_group_ids, Subnets = vpc.subnet_ids }] : {
    Model      = { VpcConfig = config }
    Processing = { NetworkConfig = { VpcConfig = config } }
    Training   = { VpcConfig = config }
  }]...)
}

# Read only if it is used: the plan fails in regions without the image.
data "aws_sagemaker_prebuilt_ecr_image" "deepar" {
  for_each = setintersection(["builtin"], [var.training.image])

  repository_name = "forecasting-deepar"
  image_tag       = "1"
}

resource "aws_sagemaker_pipeline" "training" {
  pipeline_name         = local.pipeline_name
  pipeline_display_name = local.pipeline_name
  pipeline_description  = "Trains candidates, judges them with the champion and the reference, and registers the winner"
  role_arn              = module.training_role.arn

  pipeline_definition = jsonencode(merge(local.definition, {
    Parameters = [
      for parameter in local.definition.Parameters :
      merge(parameter, try({ DefaultValue = local.values[parameter.Name] }, {}))
    ]
    Steps = local.steps
  }))

  lifecycle {
    precondition {
      condition     = length(var.foundation.vpc_config[*]) == 0 || var.training.instance_count == 1
      error_message = "training.instance_count: got ${var.training.instance_count}, expected 1 with private_network: its security group lets no instance reach another."
    }
  }
}
