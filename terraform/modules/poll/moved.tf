# The roles were resources of this module up to version 0.1: a role that is created again would replace what uses it.

moved {
  from = aws_iam_role.execution
  to   = module.execution_role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.execution
  to   = module.execution_role.aws_iam_role_policy.this
}

moved {
  from = aws_iam_role.task
  to   = module.task_role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.task
  to   = module.task_role.aws_iam_role_policy.this
}
