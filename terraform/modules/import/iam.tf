# In the other account: its policies of registry, bucket and key allow the same to this role only.

data "aws_iam_policy_document" "version_importer" {
  source_policy_documents = [var.list_versions_policy, var.foundation.event_policies["Version Imported"]]

  statement {
    sid       = "ReadPromotedVersion"
    actions   = ["sagemaker:DescribeModelPackage"]
    resources = ["${local.arns.packages}/*"]
  }

  statement {
    sid       = "ReadPromotedFiles"
    actions   = ["s3:GetObject"]
    resources = [for folder in ["baseline", "evaluation", "model"] : "${local.arns.bucket}/training/*/${folder}/*"]
  }

  statement {
    sid       = "ListPromotedFiles"
    actions   = ["s3:ListBucket"]
    resources = [local.arns.bucket]

    condition {
      test     = "StringLike"
      variable = "s3:prefix"
      values   = ["training/*"]
    }
  }

  # The id of the other account's key is not known here; the context is the bucket that it encrypts.
  statement {
    sid       = "DecryptPromotedFiles"
    actions   = ["kms:Decrypt"]
    resources = [local.arns.keys]

    condition {
      test     = "StringEquals"
      variable = "kms:ViaService"
      values   = ["s3.${var.foundation.region}.amazonaws.com"]
    }

    condition {
      test     = "StringLike"
      variable = "kms:EncryptionContext:aws:s3:arn"
      values   = [local.arns.bucket, "${local.arns.bucket}/training/*"]
    }
  }

  statement {
    sid       = "WriteCopies"
    actions   = ["s3:PutObject"]
    resources = ["${var.foundation.bucket_arn}/training/${var.account}-v*"]
  }

  statement {
    sid       = "DescribeVersions"
    actions   = ["sagemaker:DescribeModelPackage"]
    resources = [local.our_packages]
  }

  # Two persons or policies have approved it in the other account; production is decided on here.
  statement {
    sid       = "RegisterVersion"
    actions   = ["sagemaker:CreateModelPackage"]
    resources = [local.our_packages, "${var.foundation.arns.sagemaker}:model-package-group/${var.model_package_group_name}"]

    condition {
      test     = "StringEquals"
      variable = "sagemaker:ModelApprovalStatus"
      values   = ["Approved"]
    }
  }

  # SageMaker looks the image up with the permissions of who registers a version.
  statement {
    sid       = "DescribeImages"
    actions   = ["ecr:BatchGetImage"]
    resources = concat([var.repository.arn], var.foundation.deepar_repository_arns)
  }
}
