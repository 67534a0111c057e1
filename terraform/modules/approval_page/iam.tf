data "aws_iam_policy_document" "approval_page" {
  statement {
    sid       = "ReadAndDeletePendingApproval"
    actions   = ["ssm:DeleteParameter", "ssm:GetParameter"]
    resources = ["${var.foundation.arns.ssm}:parameter${var.pending_path}/*"]
  }

  statement {
    sid       = "ReadPause"
    actions   = ["ssm:GetParameter"]
    resources = ["${var.foundation.arns.ssm}:parameter${local.paused_parameter}"]
  }

  statement {
    sid       = "DecideOnDeployments"
    actions   = ["states:SendTaskFailure", "states:SendTaskSuccess"]
    resources = [var.state_machine_arn]
  }

  statement {
    sid       = "DescribeVersions"
    actions   = ["sagemaker:DescribeModelPackage"]
    resources = ["${var.foundation.arns.sagemaker}:model-package/${var.model_package_group_name}/*"]
  }

  statement {
    sid       = "ReadEvaluation"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/training/*/evaluation.json"]
  }
}
