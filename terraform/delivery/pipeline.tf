# The same on AWS alone: CodePipeline and CodeBuild.

module "code_pipeline" {
  source   = "../modules/code_pipeline"
  for_each = { for pipeline in var.pipeline[*] : "own" => pipeline }

  account_id               = local.account_id
  approval_email           = each.value.approval_email
  environment              = { DEPLOY_ARGS = each.value.deploy_args, MODEL = each.value.model, VARS = each.value.vars_file }
  log_retention_days       = each.value.log_retention_days
  name                     = local.name
  partition                = local.partition
  permissions_boundary_arn = var.permissions_boundary_arn
  region                   = local.region
  roles                    = { for kind, name in local.roles : kind => { arn = aws_iam_role.this[kind].arn, name = name } }
  source_stage             = each.value.source_stage
}
