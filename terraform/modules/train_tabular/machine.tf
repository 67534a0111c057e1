# The same steps on Step Functions, with training.workflow = "state_machine".

locals {
  machine = jsondecode(file(var.definition_files.state_machine))

  # Parameters of a Task state by its integration.
  task_network = { for type, arguments in local.network : "arn:aws:states:::sagemaker:create${type}Job.sync" => arguments }

  # Integrations are named with the partition.
  machine_definition = replace(jsonencode(merge(local.machine, {
    States = {
      for name, state in local.machine.States : name => merge(state,
        name == "Set defaults" ? { Result = merge(state.Result, { for parameter, value in local.values : parameter => value if contains(keys(local.parameters), parameter) }) } : {},
        try({ Parameters = merge(state.Parameters, local.task_network[state.Resource]) }, {}),
      )
    }
  })), "\"arn:aws:states:::", "\"arn:${var.foundation.partition}:states:::")

  jobs     = { for kind in ["processing", "training"] : kind => "${var.foundation.arns.sagemaker}:${kind}-job/${var.foundation.prefix}-*" } # <prefix>-<execution>-<step>-…
  packages = [for kind in ["model-package-group/${var.model_package_group_name}", "model-package/${var.model_package_group_name}/*"] : "${var.foundation.arns.sagemaker}:${kind}"]
}

module "volume_grant" {
  source = "../key_grant"

  kms_key_arn = var.foundation.kms_key_arn
  sid         = "GrantKeyToJobVolumes"
}

data "aws_iam_policy_document" "machine" {
  override_policy_documents = [module.volume_grant.json]

  statement {
    sid       = "RunProcessingJobs"
    actions   = ["sagemaker:CreateProcessingJob", "sagemaker:DescribeProcessingJob", "sagemaker:StopProcessingJob"]
    resources = [local.jobs["processing"]]
  }

  statement {
    sid       = "RunTrainingJobs"
    actions   = ["sagemaker:CreateTrainingJob", "sagemaker:DescribeTrainingJob", "sagemaker:StopTrainingJob"]
    resources = [local.jobs["training"]]
  }

  # Step Functions marks the jobs that it runs.
  statement {
    sid       = "TagJobs"
    actions   = ["sagemaker:AddTags", "sagemaker:ListTags"]
    resources = values(local.jobs)
  }

  # The rules by which Step Functions learns of the end of a job; it creates them with this role.
  statement {
    sid       = "ManageRulesOfJobs"
    actions   = ["events:DescribeRule", "events:PutRule", "events:PutTargets"]
    resources = [for kind in ["Processing", "Training"] : "${var.foundation.arns.events}:rule/StepFunctionsGetEventsForSageMaker${kind}JobsRule"]
  }

  statement {
    sid       = "PassRoleOfJobs"
    actions   = ["iam:PassRole"]
    resources = ["${var.foundation.arns.iam}:role/${local.name}"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["sagemaker.amazonaws.com"]
    }
  }

  # A training must not approve its own version.
  statement {
    sid       = "RegisterVersion"
    actions   = ["sagemaker:CreateModelPackage"]
    resources = local.packages

    condition {
      test     = "StringEquals"
      variable = "sagemaker:ModelApprovalStatus"
      values   = ["PendingManualApproval"]
    }
  }

  statement {
    sid       = "ReadResults"
    actions   = ["s3:GetObject"]
    resources = [for file in ["evaluation/registration.json", "history/data_quality.json"] : "${var.foundation.bucket_arn}/training/*/${file}"]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:DescribeKey"]
    resources = [var.foundation.kms_key_arn]
  }

  statement {
    sid = "DeliverLog"
    actions = [
      "logs:CreateLogDelivery",
      "logs:DeleteLogDelivery",
      "logs:DescribeLogGroups",
      "logs:DescribeResourcePolicies",
      "logs:GetLogDelivery",
      "logs:ListLogDeliveries",
      "logs:PutResourcePolicy",
      "logs:UpdateLogDelivery",
    ]
    resources = ["*"] # the actions do not support resource-level permissions
  }
}

module "machine_role" {
  source   = "../service_role"
  for_each = toset(local.by_pipeline ? [] : ["own"])

  account_id               = var.foundation.account_id
  description              = "Execution role of the training state machine"
  name                     = "${local.name}-workflow"
  permissions_boundary_arn = var.foundation.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.machine.json
  service                  = "states"
}

resource "aws_cloudwatch_log_group" "machine" {
  for_each = toset(local.by_pipeline ? [] : ["own"])

  name              = "/aws/vendedlogs/states/${local.name}" # CloudWatch Logs covers this prefix by one statement of its resource policy
  kms_key_id        = var.foundation.kms_key_arn
  retention_in_days = var.foundation.log_retention_days
}

resource "aws_sfn_state_machine" "training" {
  # checkov:skip=CKV_AWS_284:cost: traces are billed; its jobs, which do all the work, send none
  for_each = toset(local.by_pipeline ? [] : ["own"])

  name       = local.name
  role_arn   = module.machine_role[each.key].arn
  type       = "STANDARD"
  definition = local.machine_definition

  logging_configuration {
    include_execution_data = true
    level                  = "ERROR"
    log_destination        = "${aws_cloudwatch_log_group.machine[each.key].arn}:*"
  }

  # As the pipeline.
  lifecycle {
    create_before_destroy = true
  }

  depends_on = [terraform_data.checked]
}
