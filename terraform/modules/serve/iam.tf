data "aws_iam_policy_document" "predict" {
  statement {
    sid       = "InvokeEndpoint"
    actions   = ["sagemaker:DescribeEndpoint", "sagemaker:InvokeEndpoint"]
    resources = ["${var.foundation.arns.sagemaker}:endpoint/${var.endpoint_name}"]
  }

  dynamic "statement" {
    for_each = var.forecast[*]

    content {
      sid       = "ReadMinutes"
      actions   = ["sagemaker:BatchGetRecord"]
      resources = [statement.value.feature_group.arn]
    }
  }
}

# Exactly the methods of this stage may invoke the function.
resource "aws_lambda_permission" "this" {
  for_each = local.methods

  statement_id  = "api-${lower(each.value.method)}-${each.value.route}"
  action        = "lambda:InvokeFunction"
  function_name = module.function.name
  qualifier     = aws_lambda_alias.live.name
  principal     = "apigateway.amazonaws.com"
  source_arn    = "${aws_api_gateway_rest_api.this.execution_arn}/${local.stage}/${each.value.method}/${each.value.route}"
}
