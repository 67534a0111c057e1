# The role by which API Gateway writes access logs. The setting is one for all APIs of an account in a region, so no
# deployment owns it: after a destroy it still names the role, and the next deployment replaces it.

data "aws_iam_policy_document" "assume" {
  statement {
    sid     = "AssumeRole"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "Service"
      identifiers = ["apigateway.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = "${var.foundation.prefix}-api-logs"
  description          = "API Gateway writes access logs"
  assume_role_policy   = data.aws_iam_policy_document.assume.json
  permissions_boundary = var.foundation.permissions_boundary_arn
}

# AWS's own policy: API Gateway tests the role for all groups before it accepts it.
resource "aws_iam_role_policy_attachment" "this" {
  role       = aws_iam_role.this.name
  policy_arn = "arn:${var.foundation.partition}:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
}

resource "aws_api_gateway_account" "this" {
  cloudwatch_role_arn = aws_iam_role.this.arn

  depends_on = [aws_iam_role_policy_attachment.this]
}
