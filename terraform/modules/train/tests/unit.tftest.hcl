mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  definition_file          = "../../../sagemaker_pipelines/training/definition.json"
  image                    = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-forecaster:1"
  model_package_group_name = "test-models"
  quality                  = { cooldown_hours = 6, daily_cap = 3, data = { maximum_constant_minutes = 60, maximum_gap_minutes = 180, maximum_interpolated_share = 0.3, maximum_ratio_to_median = 10000, maximum_staleness_minutes = 60, minimum_completeness = 0.7 } }
  repository_arn           = "arn:aws:ecr:eu-west-1:123456789012:repository/test-forecaster"
  forecast                 = { lag_minutes = 7, request_minutes = 270, samples = 150 }
  feature_group            = { arn = "arn:aws:sagemaker:eu-west-1:123456789012:feature-group/test-minutes", name = "test-minutes" }
  training                 = { candidates = ["deepar", "deepar_recent", "gradient_boosting_recent"], history_hours = 48, image = "builtin", minimum_minutes = null, processing_instance_type = "ml.m5.large", training_instance_type = "ml.c5.xlarge", hyperparameters = { context_length = 60, dropout_rate = 0.1, early_stopping_patience = 10, epochs = 12, learning_rate = 0.005, likelihood = "student-T", mini_batch_size = 32, num_cells = 40, num_layers = 2, prediction_length = 30 } }
}

run "pipeline_parameters_have_the_values_of_the_deployment" {
  command = plan

  assert {
    condition = alltrue([
      for name, value in {
        Bucket                = "test-123456789012-eu-west-1"
        Epochs                = "12"
        EventBusName          = "test"
        FeatureGroupName      = "test-minutes"
        ForecastSamples       = "150"
        LagMinutes            = "7"
        HistoryHours          = "48"
        LearningRate          = "0.005"
        ModelPackageGroupName = "test-models"
        PredictionLength      = "30"
        Prefix                = "test"
      } : one([for p in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Parameters : p.DefaultValue if p.Name == name]) == value
    ])
    error_message = "Parameters are matched by name."
  }

  assert {
    condition     = [for p in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Parameters : p.Name] == [for p in jsondecode(file(var.definition_file)).Parameters : p.Name]
    error_message = "No parameter is added or removed."
  }

  assert {
    condition     = one([for p in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Parameters : p.DefaultValue if p.Name == "MinimumMinutes"]) == one([for p in jsondecode(file(var.definition_file)).Parameters : p.DefaultValue if p.Name == "MinimumMinutes"])
    error_message = "Null uses the default of the definition."
  }

  assert {
    condition     = strcontains(one([for p in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Parameters : p.DefaultValue if p.Name == "TrainingImage"]), "forecasting-deepar")
    error_message = "builtin is the Amazon DeepAR image."
  }

  assert {
    condition     = aws_sagemaker_pipeline.training.pipeline_name == "test-training"
    error_message = "The pipeline has its name."
  }
}

run "only_a_managed_tracking_server_needs_permissions" {
  command = plan

  variables {
    tracking = { uri = "https://mlflow.example.org" }
  }

  assert {
    condition     = one([for p in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Parameters : p.DefaultValue if p.Name == "TrackingUri"]) == "https://mlflow.example.org"
    error_message = "The jobs log to the server."
  }

  assert {
    condition     = length(data.aws_iam_policy_document.tracking.statement) == 0
    error_message = "A server with a URL is not accessed with the role."
  }
}

run "jobs_may_log_to_the_managed_tracking_server_only" {
  command = plan

  variables {
    tracking = { uri = "arn:aws:sagemaker:eu-west-1:123456789012:mlflow-tracking-server/team" }
  }

  assert {
    condition     = data.aws_iam_policy_document.tracking.statement[0].resources == toset([var.tracking.uri])
    error_message = "The grant is for this server."
  }

  assert {
    condition     = contains(data.aws_iam_policy_document.tracking.statement[0].actions, "sagemaker-mlflow:LogBatch") && !anytrue([for action in data.aws_iam_policy_document.tracking.statement[0].actions : strcontains(action, "Delete")])
    error_message = "The jobs log runs and delete nothing."
  }
}

run "candidates_that_take_no_part_have_no_jobs" {
  command = plan

  variables {
    training = { candidates = ["deepar_recent", "gradient_boosting"], history_hours = 48, image = "builtin", minimum_minutes = null, processing_instance_type = "ml.m5.large", training_instance_type = "ml.c5.xlarge", hyperparameters = { context_length = 60, dropout_rate = 0.1, early_stopping_patience = 10, epochs = 12, learning_rate = 0.005, likelihood = "student-T", mini_batch_size = 32, num_cells = 40, num_layers = 2, prediction_length = 30 } }
  }

  assert {
    condition     = [for s in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Steps : s.Name] == ["ReadHistory", "CheckData", "CreateModelDeeparRecent", "ForecastDeeparRecent", "Evaluate", "Baseline", "CheckDeepar", "CheckOwn"]
    error_message = "The steps of absent candidates are left out."
  }

  assert {
    condition     = [for s in one([for s in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Steps : s.Arguments.IfSteps if s.Name == "CheckData"]) : s.Name] == ["TrainDeeparRecent", "ForecastCandidates"]
    error_message = "Absent candidates are not trained."
  }

  assert {
    condition     = [for i in one([for s in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Steps : s.Arguments.ProcessingInputs if s.Name == "Evaluate"]) : i.InputName] == ["history", "started", "requests", "refit", "forecasts", "forecasts-deepar_recent"]
    error_message = "Evaluate does not wait for absent candidates."
  }
}

run "unknown_candidate_is_rejected" {
  command = plan

  variables {
    training = { candidates = ["prophet"], history_hours = 48, image = "builtin", minimum_minutes = null, processing_instance_type = "ml.m5.large", training_instance_type = "ml.c5.xlarge", hyperparameters = { context_length = 60, dropout_rate = 0.1, early_stopping_patience = 10, epochs = 12, learning_rate = 0.005, likelihood = "student-T", mini_batch_size = 32, num_cells = 40, num_layers = 2, prediction_length = 30 } }
  }

  expect_failures = [var.training]
}

run "reference_is_no_candidate" {
  command = plan

  variables {
    training = { candidates = ["reference"], history_hours = 48, image = "builtin", minimum_minutes = null, processing_instance_type = "ml.m5.large", training_instance_type = "ml.c5.xlarge", hyperparameters = { context_length = 60, dropout_rate = 0.1, early_stopping_patience = 10, epochs = 12, learning_rate = 0.005, likelihood = "student-T", mini_batch_size = 32, num_cells = 40, num_layers = 2, prediction_length = 30 } }
  }

  expect_failures = [var.training]
}

run "settings_can_be_changed_without_an_apply" {
  command = plan

  assert {
    condition     = module.settings.values["/test/training/hyperparameters/epochs"] == "12"
    error_message = "Hyperparameters are SSM parameters."
  }

  assert {
    condition     = module.settings.values["/test/quality/policy/daily_cap"] == "3"
    error_message = "The quality policy consists of SSM parameters."
  }

  assert {
    condition     = { for name, limit in module.settings.values : name => limit if startswith(name, "/test/quality/data/") } == { for name, limit in var.quality.data : "/test/quality/data/${name}" => tostring(limit) }
    error_message = "The data quality limits have their own path."
  }

  assert {
    condition     = length(module.settings.values) == 10 + 2 + 6
    error_message = "Every setting is one parameter."
  }

}

run "own_image_works_in_regions_without_deepar" {
  command = plan

  variables {
    training = { candidates = ["deepar", "deepar_recent", "gradient_boosting_recent"], history_hours = 48, image = "own", minimum_minutes = null, processing_instance_type = "ml.m5.large", training_instance_type = "ml.c5.xlarge", hyperparameters = { context_length = 60, dropout_rate = 0.1, early_stopping_patience = 10, epochs = 12, learning_rate = 0.005, likelihood = "student-T", mini_batch_size = 32, num_cells = 40, num_layers = 2, prediction_length = 30 } }
  }

  assert {
    condition     = length(data.aws_sagemaker_prebuilt_ecr_image.deepar) == 0
    error_message = "The built-in image is not looked up."
  }

  assert {
    condition     = one([for p in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Parameters : p.DefaultValue if p.Name == "TrainingImage"]) == var.image
    error_message = "own is the forecaster image."
  }
}

run "image_must_be_builtin_or_own" {
  command = plan

  variables {
    training = { candidates = ["deepar", "deepar_recent", "gradient_boosting_recent"], history_hours = 48, image = "other", minimum_minutes = null, processing_instance_type = "ml.m5.large", training_instance_type = "ml.c5.xlarge", hyperparameters = { context_length = 60, dropout_rate = 0.1, early_stopping_patience = 10, epochs = 12, learning_rate = 0.005, likelihood = "student-T", mini_batch_size = 32, num_cells = 40, num_layers = 2, prediction_length = 30 } }
  }

  expect_failures = [var.training]
}

run "likelihood_must_be_one_with_quantiles" {
  command = plan

  variables {
    training = { candidates = ["deepar", "deepar_recent", "gradient_boosting_recent"], history_hours = 48, image = "own", minimum_minutes = null, processing_instance_type = "ml.m5.large", training_instance_type = "ml.c5.xlarge", hyperparameters = { context_length = 60, dropout_rate = 0.1, early_stopping_patience = 10, epochs = 12, learning_rate = 0.005, likelihood = "deterministic-L1", mini_batch_size = 32, num_cells = 40, num_layers = 2, prediction_length = 30 } }
  }

  expect_failures = [var.training]
}

run "missing_definition_is_reported" {
  command = plan

  variables {
    definition_file = "no-such.json"
  }

  expect_failures = [var.definition_file]
}

run "shares_are_between_0_and_1" {
  command = plan

  variables {
    quality = { cooldown_hours = 6, daily_cap = 3, data = { maximum_constant_minutes = 60, maximum_gap_minutes = 180, maximum_interpolated_share = 0.3, maximum_ratio_to_median = 10000, maximum_staleness_minutes = 60, minimum_completeness = 70 } }
  }

  expect_failures = [var.quality]
}

run "limits_are_not_negative" {
  command = plan

  variables {
    quality = { cooldown_hours = 6, daily_cap = 3, data = { maximum_constant_minutes = 60, maximum_gap_minutes = -1, maximum_interpolated_share = 0.3, maximum_ratio_to_median = 10000, maximum_staleness_minutes = 60, minimum_completeness = 0.7 } }
  }

  expect_failures = [var.quality]
}

run "cooldown_is_at_most_a_year" {
  command = plan

  variables {
    quality = { cooldown_hours = 1000000000, daily_cap = 3, data = { maximum_constant_minutes = 60, maximum_gap_minutes = 180, maximum_interpolated_share = 0.3, maximum_ratio_to_median = 10000, maximum_staleness_minutes = 60, minimum_completeness = 0.7 } }
  }

  expect_failures = [var.quality]
}

run "cap_is_an_integer" {
  command = plan

  variables {
    quality = { cooldown_hours = 6, daily_cap = 1.5, data = { maximum_constant_minutes = 60, maximum_gap_minutes = 180, maximum_interpolated_share = 0.3, maximum_ratio_to_median = 10000, maximum_staleness_minutes = 60, minimum_completeness = 0.7 } }
  }

  expect_failures = [var.quality]
}

run "epochs_are_an_integer_in_the_range_of_the_container" {
  command = plan

  variables {
    training = { candidates = ["deepar"], history_hours = 48, image = "own", minimum_minutes = null, processing_instance_type = "ml.m5.large", training_instance_type = "ml.c5.xlarge", hyperparameters = { context_length = 60, dropout_rate = 0.1, early_stopping_patience = 10, epochs = 0.5, learning_rate = 0.005, likelihood = "student-T", mini_batch_size = 32, num_cells = 40, num_layers = 2, prediction_length = 30 } }
  }

  expect_failures = [var.training]
}

run "dropout_is_in_the_range_of_the_container" {
  command = plan

  variables {
    training = { candidates = ["deepar"], history_hours = 48, image = "own", minimum_minutes = null, processing_instance_type = "ml.m5.large", training_instance_type = "ml.c5.xlarge", hyperparameters = { context_length = 60, dropout_rate = 1, early_stopping_patience = 10, epochs = 12, learning_rate = 0.005, likelihood = "student-T", mini_batch_size = 32, num_cells = 40, num_layers = 2, prediction_length = 30 } }
  }

  expect_failures = [var.training]
}

run "learning_rate_is_in_the_range_of_the_container" {
  command = plan

  variables {
    training = { candidates = ["deepar"], history_hours = 48, image = "own", minimum_minutes = null, processing_instance_type = "ml.m5.large", training_instance_type = "ml.c5.xlarge", hyperparameters = { context_length = 60, dropout_rate = 0.1, early_stopping_patience = 10, epochs = 12, learning_rate = 2, likelihood = "student-T", mini_batch_size = 32, num_cells = 40, num_layers = 2, prediction_length = 30 } }
  }

  expect_failures = [var.training]
}

run "every_volume_of_a_job_is_encrypted_by_the_key" {
  command = plan

  assert {
    condition     = length(regexall("\"VolumeKmsKeyId\":\\{\"Get\":\"Parameters.KmsKeyId\"\\}", aws_sagemaker_pipeline.training.pipeline_definition)) == length(regexall("\"InstanceType\":", aws_sagemaker_pipeline.training.pipeline_definition))
    error_message = "Every resource configuration has the key."
  }
}

run "instances_have_volumes_that_the_key_encrypts" {
  command = plan

  variables {
    training = { candidates = ["deepar"], history_hours = 48, image = "own", minimum_minutes = null, processing_instance_type = "ml.m5d.large", training_instance_type = "ml.c5.xlarge", hyperparameters = { context_length = 60, dropout_rate = 0.1, early_stopping_patience = 10, epochs = 12, learning_rate = 0.005, likelihood = "student-T", mini_batch_size = 32, num_cells = 40, num_layers = 2, prediction_length = 30 } }
  }

  expect_failures = [var.training]
}

run "every_job_and_model_is_in_the_given_subnets" {
  command = plan

  variables {
    foundation = merge(var.foundation, { vpc_config = { interface_arns = ["arn:aws:ec2:eu-west-1:123456789012:network-interface/*"], security_group_ids = ["sg-1"], subnet_ids = ["subnet-1", "subnet-2"] } })
  }

  assert {
    condition = alltrue([
      for s in concat(jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Steps, flatten([for s in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Steps : try(s.Arguments.IfSteps, [])])) :
      try(s.Arguments.NetworkConfig.VpcConfig, s.Arguments.VpcConfig) == { SecurityGroupIds = ["sg-1"], Subnets = ["subnet-1", "subnet-2"] }
      if contains(["Model", "Processing", "Training"], s.Type)
    ])
    error_message = "A transform runs in the network of its model."
  }

  assert {
    condition     = length(regexall("\"VpcConfig\":", aws_sagemaker_pipeline.training.pipeline_definition)) == length(regexall("\"Type\":\"(Model|Processing|Training)\"", aws_sagemaker_pipeline.training.pipeline_definition))
    error_message = "No other step has a network."
  }
}

run "groups_of_the_bias_report_are_a_parameter" {
  command = plan

  variables {
    training = merge(var.training, { bias_groups = "weekday;step:5,10.5" })
  }

  assert {
    condition     = one([for p in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Parameters : p.DefaultValue if p.Name == "BiasGroups"]) == "weekday;step:5,10.5"
    error_message = "The pipeline reports the bias of the configured groups."
  }
}

run "unknown_group_is_refused" {
  command = plan

  variables {
    training = merge(var.training, { bias_groups = "weekday;month" })
  }

  expect_failures = [var.training]
}

run "instances_of_a_training_follow_the_variable" {
  command = plan

  variables {
    training = merge(var.training, { instance_count = 2, tuning = { jobs = 2, parallel = 1 } })
  }

  assert {
    condition = toset([
      for item in flatten([for step in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Steps : try(step.Arguments.IfSteps, [])]) :
      "${item.Type} ${try(item.Arguments.TrainingJobDefinition, item.Arguments).ResourceConfig.InstanceCount}"
      if contains(["Training", "Tuning"], item.Type)
    ]) == toset(["Training 2", "Tuning 2"])
    error_message = "Every training, and those of the search, have two instances."
  }
}

run "static_features_reach_every_training_and_the_search" {
  command = plan

  variables {
    training = merge(var.training, { cat = [2, 0], image = "own", tuning = { jobs = 2, parallel = 1 } })
  }

  assert {
    condition = sort([
      for item in flatten([for step in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Steps : try(step.Arguments.IfSteps, [])]) :
      "${item.Name} ${try(item.Arguments.TrainingJobDefinition.StaticHyperParameters, item.Arguments.HyperParameters).cat}"
      if contains(["Training", "Tuning"], item.Type)
    ]) == tolist(["RefitDeepar [2,0]", "RefitOwn [2,0]", "RefitTuned [2,0]", "TrainDeepar [2,0]", "TrainDeeparRecent [2,0]", "TuneDeepar [2,0]"])
    error_message = "Every training, and the search, has the categories."
  }
}

run "static_features_are_off_by_default" {
  command = plan

  assert {
    condition     = !strcontains(aws_sagemaker_pipeline.training.pipeline_definition, "\"cat\"")
    error_message = "Amazon DeepAR refuses unknown hyperparameters."
  }
}

run "static_features_need_our_image" {
  command = plan

  variables {
    training = merge(var.training, { cat = [0], image = "builtin" })
  }

  expect_failures = [var.training]
}

run "categories_are_integers" {
  command = plan

  variables {
    training = merge(var.training, { cat = [0.5], image = "own" })
  }

  expect_failures = [var.training]
}

run "instances_without_a_way_to_each_other_are_refused" {
  command = plan

  variables {
    foundation = merge(var.foundation, { vpc_config = { interface_arns = ["arn:aws:ec2:eu-west-1:123456789012:network-interface/*"], security_group_ids = ["sg-1"], subnet_ids = ["subnet-1", "subnet-2"] } })
    training   = merge(var.training, { instance_count = 2 })
  }

  expect_failures = [aws_sagemaker_pipeline.training]
}

run "instances_of_a_training_are_a_whole_number" {
  command = plan

  variables {
    training = merge(var.training, { instance_count = 1.5 })
  }

  expect_failures = [var.training]
}

run "trainings_use_spot_instances_with_checkpoints_of_their_own" {
  command = plan

  variables {
    training = merge(var.training, { spot = { enabled = true, max_wait_minutes = 60 } })
  }

  # The arguments in tests/spot.json are validated against botocore's model (tests/unit/terraform/test_spot.py).
  assert {
    condition = alltrue([
      for name, value in jsondecode(file("tests/spot.json")) :
      jsonencode(one([for s in flatten([for s in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Steps : [for i in try(s.Arguments.IfSteps, []) : { name = i.Name, arguments = jsonencode(i.Arguments) }]]) : jsondecode(s.arguments)[name] if s.name == "TrainDeepar"])) == jsonencode(value)
    ])
    error_message = "The arguments are those that SageMaker accepts."
  }

  assert {
    condition     = length(regexall("\"EnableManagedSpotTraining\":true", aws_sagemaker_pipeline.training.pipeline_definition)) == length(regexall("\"Type\":\"Training\"", aws_sagemaker_pipeline.training.pipeline_definition))
    error_message = "Every training uses spot instances."
  }

  assert {
    condition     = length(distinct(flatten(regexall("\"checkpoints\",\"([A-Za-z]+)\"", aws_sagemaker_pipeline.training.pipeline_definition)))) == length(regexall("\"Type\":\"Training\"", aws_sagemaker_pipeline.training.pipeline_definition))
    error_message = "No training continues from the checkpoints of another."
  }
}

run "built_in_deepar_waits_at_most_an_hour" {
  command = plan

  variables {
    training = merge(var.training, { spot = { enabled = true, max_wait_minutes = 61 } })
  }

  expect_failures = [var.training]
}

run "our_image_may_wait_longer_because_it_writes_checkpoints" {
  command = plan

  variables {
    training = merge(var.training, { image = "own", spot = { enabled = true, max_wait_minutes = 240 } })
  }

  assert {
    condition     = length(regexall("\"MaxRuntimeInSeconds\":3600,\"MaxWaitTimeInSeconds\":14400", aws_sagemaker_pipeline.training.pipeline_definition)) == length(regexall("\"Type\":\"Training\"", aws_sagemaker_pipeline.training.pipeline_definition))
    error_message = "The time of the training itself remains an hour."
  }
}

run "search_is_a_candidate_with_steps_of_its_own" {
  command = plan

  variables {
    training = merge(var.training, { tuning = { jobs = 8, parallel = 2 } })
  }

  assert {
    condition     = sha1(jsonencode(jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Steps)) == sha1(jsonencode(jsondecode(file(var.definition_file)).Steps))
    error_message = "With all candidates, the steps are unchanged."
  }

  assert {
    condition     = one([for p in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Parameters : p.DefaultValue if p.Name == "Candidates"]) == "deepar,deepar_recent,gradient_boosting_recent,deepar_tuned"
    error_message = "The search is one of the candidates."
  }

  assert {
    condition     = contains(flatten([for s in data.aws_iam_policy_document.this.statement : tolist(s.resources) if contains(s.actions, "sagemaker:CreateHyperParameterTuningJob")]), "arn:aws:sagemaker:eu-west-1:123456789012:hyper-parameter-tuning-job/*-TuneDeep-*")
    error_message = "The role may run the search."
  }
}

run "without_search_there_are_no_steps_and_permissions_for_it" {
  command = plan

  assert {
    condition     = length(regexall("Tune|tuned", aws_sagemaker_pipeline.training.pipeline_definition)) == 0
    error_message = "No step is the search or refers to it."
  }

  assert {
    condition     = !contains(flatten([for s in data.aws_iam_policy_document.this.statement : tolist(s.actions)]), "sagemaker:CreateHyperParameterTuningJob")
    error_message = "Without a search the role may run none."
  }
}

run "search_of_our_image_has_its_budget_metric_and_network" {
  command = plan

  variables {
    foundation = merge(var.foundation, { vpc_config = { interface_arns = ["arn:aws:ec2:eu-west-1:123456789012:network-interface/*"], security_group_ids = ["sg-1"], subnet_ids = ["subnet-1", "subnet-2"] } })
    training   = merge(var.training, { image = "own", tuning = { jobs = 3, parallel = 1 } })
  }

  assert {
    condition     = length(regexall("\"ResourceLimits\":\\{\"MaxNumberOfTrainingJobs\":3,\"MaxParallelTrainingJobs\":1\\}", aws_sagemaker_pipeline.training.pipeline_definition)) == 1
    error_message = "The budget is that of the variable."
  }

  # The definition is validated against botocore's model with it (tests/unit/terraform/test_search.py).
  assert {
    condition     = flatten([for s in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Steps : [for i in try(s.Arguments.IfSteps, []) : jsonencode(i.Arguments.TrainingJobDefinition.AlgorithmSpecification.MetricDefinitions) if i.Name == "TuneDeepar"]]) == [jsonencode(jsondecode(file("tests/metrics.json")))]
    error_message = "SageMaker reads the objective of our image from its log."
  }

  assert {
    condition     = flatten([for s in jsondecode(aws_sagemaker_pipeline.training.pipeline_definition).Steps : [for i in try(s.Arguments.IfSteps, []) : i.Arguments.TrainingJobDefinition.VpcConfig.Subnets if i.Name == "TuneDeepar"]]) == ["subnet-1", "subnet-2"]
    error_message = "The trainings of the search are in the given subnets."
  }
}

run "search_does_not_run_more_trainings_at_a_time_than_it_has" {
  command = plan

  variables {
    training = merge(var.training, { tuning = { jobs = 2, parallel = 3 } })
  }

  expect_failures = [var.training]
}
