# The roles were resources of this module up to version 0.1: a role that is created again would replace what uses it.

moved {
  from = aws_iam_role.events
  to   = module.events_role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.events
  to   = module.events_role.aws_iam_role_policy.this
}

moved {
  from = aws_iam_role.firehose
  to   = module.firehose_role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.firehose
  to   = module.firehose_role.aws_iam_role_policy.this
}
