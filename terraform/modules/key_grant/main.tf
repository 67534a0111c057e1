# SageMaker uses the key of a volume or store by a grant, which the role that creates the resource must be able to give.

data "aws_iam_policy_document" "this" {
  statement {
    sid       = var.sid
    actions   = ["kms:CreateGrant"]
    resources = [var.kms_key_arn]

    # To services only, for a resource that they manage.
    condition {
      test     = "Bool"
      variable = "kms:GrantIsForAWSResource"
      values   = ["true"]
    }
  }
}
