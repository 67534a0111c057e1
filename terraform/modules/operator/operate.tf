# What changes something: `approve`, `reject`, `retrain`, `hyperparameters set`, `rollback`, `replay`, `backfill`.

data "aws_iam_policy_document" "operate" {
  source_policy_documents = [for event in ["Code Changed", "Transactions Received"] : var.foundation.event_policies[event]]

  statement {
    sid       = "DecideOnVersions"
    actions   = ["sagemaker:UpdateModelPackage"]
    resources = ["${var.foundation.arns.sagemaker}:model-package/${var.model_package_group_name}/*"]
  }

  statement {
    sid       = "DecideOnDeployments"
    actions   = ["states:SendTaskFailure", "states:SendTaskSuccess", "states:StartExecution"]
    resources = [var.state_machine_arn]
  }

  statement {
    sid       = "RemovePendingApprovals"
    actions   = ["ssm:DeleteParameter"]
    resources = ["${var.foundation.arns.ssm}:parameter${var.pending_path}/*"]
  }

  statement {
    sid       = "SetHyperparameters"
    actions   = ["ssm:GetParameterHistory", "ssm:PutParameter"]
    resources = ["${local.parameters}/training/hyperparameters/*"]
  }

  statement {
    sid       = "StartTrainingsAndBackfills"
    actions   = ["lambda:InvokeFunction"]
    resources = [for name in var.invoked_functions : "${var.foundation.arns.lambda}:function:${name}"]
  }

  statement {
    sid       = "KeepCheckpointOfReplay"
    actions   = ["s3:DeleteObject", "s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/operations/*"]
  }
}
