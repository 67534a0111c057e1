# Settings that can be changed between two trainings without an apply.

module "settings" {
  source = "../settings"

  prefix = var.foundation.prefix
  settings = merge(
    { for name, value in var.training.hyperparameters : "training/hyperparameters/${name}" => { value = value, description = "Hyperparameter of the next training" } },
    { for name, value in var.quality : "quality/policy/${name}" => { value = value, description = "Limits of automatic trainings" } if name != "data" },
    { for name, value in var.quality.data : "quality/data/${name}" => { value = value, description = "Limit for the data quality of the training history" } },
  )
}
