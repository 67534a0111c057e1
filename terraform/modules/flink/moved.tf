# The roles were resources of this module up to version 0.1: a role that is created again would replace what uses it.

moved {
  from = aws_iam_role.this["events"]
  to   = module.role["events"].aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.this["events"]
  to   = module.role["events"].aws_iam_role_policy.this
}

moved {
  from = aws_iam_role.this["firehose"]
  to   = module.role["firehose"].aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.this["firehose"]
  to   = module.role["firehose"].aws_iam_role_policy.this
}

moved {
  from = aws_iam_role.this["kinesisanalytics"]
  to   = module.role["kinesisanalytics"].aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.this["kinesisanalytics"]
  to   = module.role["kinesisanalytics"].aws_iam_role_policy.this
}
