output "job_name_prefix" {
  description = "Beginning of the names of the jobs"
  value       = local.job_name_prefix
}
