data "aws_iam_policy_document" "batch_starter" {
  source_policy_documents = [var.list_versions_policy, var.foundation.event_policies["Batch Failed"]]

  statement {
    sid       = "StartRun"
    actions   = ["sagemaker:StartPipelineExecution"]
    resources = [local.pipeline_arn]
  }

  statement {
    sid       = "DescribeRun"
    actions   = ["sagemaker:DescribePipelineExecution", "sagemaker:ListPipelineExecutionSteps", "sagemaker:ListPipelineParametersForExecution"]
    resources = ["${local.pipeline_arn}/execution/*"]
  }

  statement {
    sid       = "ReadExitMessages"
    actions   = ["sagemaker:DescribeProcessingJob"]
    resources = ["${var.foundation.arns.sagemaker}:processing-job/pipelines-*"] # names of the jobs that SageMaker pipelines create
  }

  statement {
    sid       = "WriteAndReadRequests"
    actions   = ["s3:GetObject", "s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/batch-runs/*"]
  }

  statement {
    sid       = "ReadManifests"
    actions   = ["s3:GetObject"]
    resources = ["${var.foundation.bucket_arn}/batchdata/output/*"]
  }

  statement {
    sid       = "ListFiles"
    actions   = ["s3:ListBucket", "s3:ListBucketVersions"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["batch-runs/*", "batchdata/*"]
    }
  }
}

# The pipeline and its jobs share one role, which may pass only itself.
data "aws_iam_policy_document" "pipeline" {
  source_policy_documents = [var.foundation.event_policies["Batch Scored"]]

  override_policy_documents = [module.volume_grant.json]

  statement {
    sid = "RunSteps"
    actions = [
      "sagemaker:AddTags",
      "sagemaker:CreateModel",
      "sagemaker:CreateProcessingJob",
      "sagemaker:CreateTransformJob",
      "sagemaker:DeleteModel", # that of the run, at its end
      "sagemaker:DescribeModel",
      "sagemaker:DescribeProcessingJob",
      "sagemaker:DescribeTransformJob",
      "sagemaker:StopProcessingJob",
      "sagemaker:StopTransformJob",
    ]
    resources = [
      for kind in ["model", "processing-job", "transform-job"] :
      "${var.foundation.arns.sagemaker}:${kind}/pipelines-*" # names of the jobs that SageMaker pipelines create
    ]
  }

  statement {
    sid       = "ReadVersion"
    actions   = ["sagemaker:DescribeModelPackage"]
    resources = ["${var.foundation.arns.sagemaker}:model-package/${var.model_package_group_name}/*"]
  }

  statement {
    sid       = "PassRole"
    actions   = ["iam:PassRole"]
    resources = ["${var.foundation.arns.iam}:role/${local.pipeline_name}"]

    condition {
      test     = "StringEquals"
      variable = "iam:PassedToService"
      values   = ["sagemaker.amazonaws.com"]
    }
  }

  statement {
    sid       = "ReadFilesAndModels"
    actions   = ["s3:GetObject", "s3:GetObjectVersion"]
    resources = [for folder in ["batchdata/input", "training"] : "${var.foundation.bucket_arn}/${folder}/*"]
  }

  statement {
    sid       = "WriteResults"
    actions   = ["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"]
    resources = [for folder in ["batch-runs", "batchdata/output"] : "${var.foundation.bucket_arn}/${folder}/*"]
  }

  statement {
    sid       = "ListFiles"
    actions   = ["s3:ListBucket"]
    resources = [var.foundation.bucket_arn]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["batch-runs/*", "batchdata/input/*", "training/*"] # of input files, to tell a missing one from a refused one
    }
  }

  statement {
    sid       = "GetBucketLocation"
    actions   = ["s3:GetBucketLocation"]
    resources = [var.foundation.bucket_arn]
  }

  statement {
    sid       = "UseKey"
    actions   = ["kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey"] # SageMaker requires Encrypt for outputs
    resources = [var.foundation.kms_key_arn]
  }

  statement {
    sid       = "WriteLogs"
    actions   = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:DescribeLogStreams", "logs:PutLogEvents"]
    resources = ["${var.foundation.arns.logs}:log-group:/aws/sagemaker/*"] # SageMaker writes all jobs of an account to shared log groups
  }

  statement {
    sid       = "WriteJobMetrics"
    actions   = ["cloudwatch:PutMetricData"]
    resources = ["*"] # the action does not support resource-level permissions; the namespace limits it

    condition {
      test     = "StringLike"
      variable = "cloudwatch:namespace"
      values   = ["/aws/sagemaker/*"]
    }
  }
}

module "volume_grant" {
  source = "../key_grant"

  kms_key_arn = var.foundation.kms_key_arn
  sid         = "GrantKeyToJobVolumes"
}

module "role" {
  source = "../service_role"

  account_id               = var.foundation.account_id
  description              = "Execution role of the batch pipeline and its jobs"
  image_repository_arns    = concat([var.repository_arn], var.foundation.deepar_repository_arns)
  name                     = local.pipeline_name
  permissions_boundary_arn = var.foundation.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.pipeline.json
  service                  = "sagemaker"
  vpc_config               = var.foundation.vpc_config
}
