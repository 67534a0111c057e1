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

# The archive was part of this module up to version 0.1.

moved {
  from = module.events_role
  to   = module.archive.module.events_role
}

moved {
  from = module.firehose_role
  to   = module.archive.module.firehose_role
}

moved {
  from = aws_cloudwatch_event_rule.this
  to   = module.archive.aws_cloudwatch_event_rule.this
}

moved {
  from = aws_cloudwatch_event_target.this
  to   = module.archive.aws_cloudwatch_event_target.this
}

moved {
  from = aws_cloudwatch_log_group.firehose
  to   = module.archive.aws_cloudwatch_log_group.firehose
}

moved {
  from = aws_cloudwatch_log_stream.firehose
  to   = module.archive.aws_cloudwatch_log_stream.firehose
}

moved {
  from = aws_kinesis_firehose_delivery_stream.this
  to   = module.archive.aws_kinesis_firehose_delivery_stream.this
}
