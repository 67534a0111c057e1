# The settings were three resources up to version 0.1.

moved {
  from = aws_ssm_parameter.hyperparameters["context_length"]
  to   = aws_ssm_parameter.settings["training/hyperparameters/context_length"]
}

moved {
  from = aws_ssm_parameter.hyperparameters["dropout_rate"]
  to   = aws_ssm_parameter.settings["training/hyperparameters/dropout_rate"]
}

moved {
  from = aws_ssm_parameter.hyperparameters["early_stopping_patience"]
  to   = aws_ssm_parameter.settings["training/hyperparameters/early_stopping_patience"]
}

moved {
  from = aws_ssm_parameter.hyperparameters["epochs"]
  to   = aws_ssm_parameter.settings["training/hyperparameters/epochs"]
}

moved {
  from = aws_ssm_parameter.hyperparameters["learning_rate"]
  to   = aws_ssm_parameter.settings["training/hyperparameters/learning_rate"]
}

moved {
  from = aws_ssm_parameter.hyperparameters["likelihood"]
  to   = aws_ssm_parameter.settings["training/hyperparameters/likelihood"]
}

moved {
  from = aws_ssm_parameter.hyperparameters["mini_batch_size"]
  to   = aws_ssm_parameter.settings["training/hyperparameters/mini_batch_size"]
}

moved {
  from = aws_ssm_parameter.hyperparameters["num_cells"]
  to   = aws_ssm_parameter.settings["training/hyperparameters/num_cells"]
}

moved {
  from = aws_ssm_parameter.hyperparameters["num_layers"]
  to   = aws_ssm_parameter.settings["training/hyperparameters/num_layers"]
}

moved {
  from = aws_ssm_parameter.hyperparameters["prediction_length"]
  to   = aws_ssm_parameter.settings["training/hyperparameters/prediction_length"]
}

moved {
  from = aws_ssm_parameter.quality["cooldown_hours"]
  to   = aws_ssm_parameter.settings["quality/policy/cooldown_hours"]
}

moved {
  from = aws_ssm_parameter.quality["daily_cap"]
  to   = aws_ssm_parameter.settings["quality/policy/daily_cap"]
}

moved {
  from = aws_ssm_parameter.data_limits["maximum_constant_minutes"]
  to   = aws_ssm_parameter.settings["quality/data/maximum_constant_minutes"]
}

moved {
  from = aws_ssm_parameter.data_limits["maximum_gap_minutes"]
  to   = aws_ssm_parameter.settings["quality/data/maximum_gap_minutes"]
}

moved {
  from = aws_ssm_parameter.data_limits["maximum_interpolated_share"]
  to   = aws_ssm_parameter.settings["quality/data/maximum_interpolated_share"]
}

moved {
  from = aws_ssm_parameter.data_limits["maximum_ratio_to_median"]
  to   = aws_ssm_parameter.settings["quality/data/maximum_ratio_to_median"]
}

moved {
  from = aws_ssm_parameter.data_limits["maximum_staleness_minutes"]
  to   = aws_ssm_parameter.settings["quality/data/maximum_staleness_minutes"]
}

moved {
  from = aws_ssm_parameter.data_limits["minimum_completeness"]
  to   = aws_ssm_parameter.settings["quality/data/minimum_completeness"]
}

moved {
  from = aws_ssm_parameter.settings
  to   = module.settings.aws_ssm_parameter.this
}

# The roles were resources of this module up to version 0.1: a role that is created again would replace what uses it.

moved {
  from = aws_iam_role.this
  to   = module.role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.this
  to   = module.role.aws_iam_role_policy.this
}

moved {
  from = module.role
  to   = module.training_role.module.role
}
