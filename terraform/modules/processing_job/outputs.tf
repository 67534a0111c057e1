output "environment" {
  description = "Settings of the function that starts the jobs (functions/common/processing_jobs.py)"
  value = {
    IMAGE         = var.image
    INSTANCE_TYPE = var.instance_type
    KMS_KEY_ARN   = var.foundation.kms_key_arn
    PREFIX        = var.foundation.prefix
    ROLE_ARN      = module.role.arn
    VPC_CONFIG    = jsonencode(one([for vpc in var.foundation.vpc_config[*] : { SecurityGroupIds = vpc.security_group_ids, Subnets = vpc.subnet_ids }]))
  }
}

output "start_policy" {
  description = "IAM policy (JSON) of the function that starts the jobs"
  value       = data.aws_iam_policy_document.start.json
}
