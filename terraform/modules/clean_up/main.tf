# Deletes, on `terraform destroy`, the resources that the loop created at run time and that Terraform does not manage.
# The outputs repeat the inputs but depend on the cleanup invocation. Modules that create resources at run time use these
# outputs, so Terraform destroys them first, then runs the cleanup, then destroys roles, bucket and key.
# Running deployments have to end earlier, while the state machine exists: module deploy invokes the function for that.

locals {
  parameters   = "${var.foundation.arns.ssm}:parameter"
  pending_path = "/${var.foundation.prefix}/approval/pending"

  workflows = concat([var.training_workflow_arn], [for name in var.other_pipeline_names : "${var.foundation.arns.sagemaker}:pipeline/${name}"])
  # The one that training.workflow does not choose; that of the forecaster never exists.
  other_workflow = (strcontains(var.training_workflow_arn, ":pipeline/")
    ? "${var.foundation.arns.states}:stateMachine:${var.foundation.prefix}-training"
    : "${var.foundation.arns.sagemaker}:pipeline/${var.foundation.prefix}-training"
  )
  pipelines = [for arn in local.workflows : arn if strcontains(arn, ":pipeline/")]
}

module "run_time_cleaner" {
  source = "../lambda_function"

  name              = "run_time_cleaner"
  description       = "terraform destroy -> deployments stopped; endpoints, models, packages and pending approvals deleted"
  function_defaults = var.function_defaults
  policy            = data.aws_iam_policy_document.run_time_cleaner.json
  timeout_seconds   = 900 # waits until the endpoints are deleted

  environment = {
    MODEL_PACKAGE_GROUP_NAME = var.model_package_group_name
    PENDING_PATH             = local.pending_path
    PREFIX                   = var.foundation.prefix
    WORKFLOW_ARNS            = jsonencode(local.workflows)
  }
}

# The function's name stands for its permissions and its log group, but not for its queue, which takes 30 s to create.
resource "aws_lambda_invocation" "at_destroy" {
  function_name   = module.run_time_cleaner.name
  lifecycle_scope = "CRUD" # invoked with tf.action create, update or delete; acts only on delete
  input           = jsonencode({ prefix = var.foundation.prefix })

  # The role also stands for the endpoints' log groups: an endpoint that is deleted later would create them again.
  depends_on = [var.model_role_arn]
}

# Another training.workflow deletes the one before. SageMaker refuses that while a training runs; Step Functions would end
# the training at its next state, without a version. So the apply ends here, before anything uses the new workflow.
resource "aws_lambda_invocation" "other_workflow_idle" {
  function_name = module.run_time_cleaner.name
  input         = jsonencode({ idle_workflow_arn = local.other_workflow, workflow_arn = var.training_workflow_arn })
}

data "aws_iam_policy_document" "run_time_cleaner" {
  source_policy_documents = [var.list_versions_policy]

  statement {
    sid = "ListRunTimeResources"
    actions = [
      "sagemaker:ListEndpointConfigs",
      "sagemaker:ListEndpoints",
      "sagemaker:ListModels",
    ]
    resources = ["*"] # list actions do not support resource-level permissions
  }

  statement {
    sid = "DeleteRunTimeResources"
    actions = [
      "sagemaker:DeleteEndpoint",
      "sagemaker:DeleteEndpointConfig",
      "sagemaker:DeleteModel",
      "sagemaker:DeleteModelPackage",
    ]
    resources = [
      "${var.foundation.arns.sagemaker}:endpoint-config/${var.foundation.prefix}-*",
      "${var.foundation.arns.sagemaker}:endpoint/${var.foundation.prefix}-*",
      "${var.foundation.arns.sagemaker}:model-package/${var.model_package_group_name}/*",
      "${var.foundation.arns.sagemaker}:model/${var.foundation.prefix}-*",
      "${var.foundation.arns.sagemaker}:model/pipelines-*", # models of backtests; the function deletes only those named after executions of these pipelines
    ]
  }

  dynamic "statement" {
    for_each = length(local.pipelines) == 0 ? [] : [local.pipelines]

    content {
      sid       = "StopTrainings"
      actions   = ["sagemaker:ListPipelineExecutions", "sagemaker:StopPipelineExecution"]
      resources = flatten([for arn in statement.value : [arn, "${arn}/execution/*"]])
    }
  }

  dynamic "statement" {
    for_each = [for arn in [local.other_workflow] : arn if strcontains(arn, ":pipeline/")]

    content {
      sid       = "ReadOtherTrainings"
      actions   = ["sagemaker:ListPipelineExecutions"]
      resources = [statement.value]
    }
  }

  # Deployments, and trainings by a state machine.
  statement {
    sid     = "StopDeployments"
    actions = ["states:ListExecutions", "states:StopExecution"]
    resources = [
      "${var.foundation.arns.states}:execution:${var.foundation.prefix}-*",
      "${var.foundation.arns.states}:stateMachine:${var.foundation.prefix}-*",
    ]
  }

  statement {
    sid     = "DeletePendingApprovalsAndPause"
    actions = ["ssm:DeleteParameter", "ssm:GetParametersByPath"]
    resources = flatten([
      for path in [local.pending_path, "/${var.foundation.prefix}/operations"] :
      ["${local.parameters}${path}", "${local.parameters}${path}/*"]
    ])
  }
}
