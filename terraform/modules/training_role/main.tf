# Role of a training pipeline and its jobs, which may pass only itself; or only of the jobs. Each pipeline adds the data
# that it reads.

locals {
  jobs = [
    for kind in ["model", "processing-job", "training-job", "transform-job"] :
    "${var.foundation.arns.sagemaker}:${kind}/pipelines-*" # names of the jobs that SageMaker pipelines create
  ]
  packages = [
    "${var.foundation.arns.sagemaker}:model-package-group/${var.model_package_group_name}",
    "${var.foundation.arns.sagemaker}:model-package/${var.model_package_group_name}/*",
  ]
}

data "aws_iam_policy_document" "this" {
  source_policy_documents = concat([data.aws_iam_policy_document.data.json], var.runs_steps ? [data.aws_iam_policy_document.steps.json] : [], var.policies)

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["${var.foundation.arns.logs}:log-group:/aws/sagemaker/*"] # SageMaker writes all jobs of an account to shared log groups
  }
}

data "aws_iam_policy_document" "steps" {
  statement {
    sid = "RunSteps"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:CreateModel",
      "sagemaker:CreateProcessingJob",
      "sagemaker:CreateTrainingJob",
      "sagemaker:CreateTransformJob",
      "sagemaker:DescribeModel",
      "sagemaker:DescribeProcessingJob",
      "sagemaker:DescribeTrainingJob",
      "sagemaker:DescribeTransformJob",
      "sagemaker:StopProcessingJob",
      "sagemaker:StopTrainingJob",
      "sagemaker:StopTransformJob",
    ]
    resources = local.jobs
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
    sid       = "DescribeVersions"
    actions   = ["sagemaker:AddTags", "sagemaker:DescribeModelPackage", "sagemaker:DescribeModelPackageGroup"]
    resources = local.packages
  }

  statement {
    sid       = "PassPipelineRole"
    actions   = ["iam:PassRole"]
    resources = ["${var.foundation.arns.iam}:role/${var.pipeline_name}"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["sagemaker.amazonaws.com"]
    }
  }
}

module "role" {
  source = "../service_role"

  account_id               = var.foundation.account_id
  description              = var.description
  image_repository_arns    = var.image_repository_arns
  name                     = var.pipeline_name
  permissions_boundary_arn = var.foundation.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.this.json
  service                  = "sagemaker"
  vpc_config               = var.foundation.vpc_config
}
