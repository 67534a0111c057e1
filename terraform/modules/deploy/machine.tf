data "aws_iam_policy_document" "machine" {
  source_policy_documents = [
    for event in concat(["Deployment Failed", "Model Deployed", "Variants Changed"], local.promotes ? ["Version Promoted"] : []) :
    var.foundation.event_policies[event]
  ]

  statement {
    sid       = "InvokeFunctions"
    actions   = ["lambda:InvokeFunction"]
    resources = [for name in ["approval-requester", "endpoint-deployer", local.is_tabular ? "tabular-smoke-test" : "smoke-test"] : "${var.foundation.arns.lambda}:function:${var.foundation.prefix}-${name}"]
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
  source = "../service_role"

  account_id               = var.foundation.account_id
  description              = "Execution role of the deployment state machine"
  name                     = local.machine_name
  permissions_boundary_arn = var.foundation.permissions_boundary_arn
  policy                   = data.aws_iam_policy_document.machine.json
  service                  = "states"
}

resource "aws_cloudwatch_log_group" "machine" {
  name              = "/aws/vendedlogs/states/${local.machine_name}" # CloudWatch Logs covers this prefix by one statement of its resource policy
  kms_key_id        = var.foundation.kms_key_arn
  retention_in_days = var.foundation.log_retention_days
}

# Step Functions deletes a machine only when its executions have ended, and an approval may take seven days: they are
# stopped before. What starts executions takes the machine's ARN from this invocation, so it is destroyed even earlier.
resource "aws_lambda_invocation" "at_destroy" {
  function_name   = var.run_time_cleaner_name
  lifecycle_scope = "CRUD" # invoked with tf.action create, update or delete; acts only on delete
  input           = jsonencode({ state_machine_arn = aws_sfn_state_machine.this.arn })
}

resource "aws_sfn_state_machine" "this" {
  # checkov:skip=CKV_AWS_284:cost: traces are billed; its functions, which do all the work, send theirs
  # checkov:skip=CKV_AWS_285:Step Functions' limit: execution data in the log would include the task tokens of approvals
  name       = local.machine_name
  role_arn   = module.machine_role.arn
  type       = "STANDARD"
  definition = local.definition

  logging_configuration {
    include_execution_data = false # it would log task tokens
    level                  = "ERROR"
    log_destination        = "${aws_cloudwatch_log_group.machine.arn}:*"
  }
}
