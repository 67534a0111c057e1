output "retrain_function_name" {
  description = "Function that `evergreen retrain` invokes"
  value       = module.retrain_trigger.name
}
