# The roles were resources of this module up to version 0.1: a role that is created again would replace what uses it.

moved {
  from = aws_iam_role.machine
  to   = module.machine_role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.machine
  to   = module.machine_role.aws_iam_role_policy.this
}

moved {
  from = module.smoke_test
  to   = module.smoke_test["own"]
}
