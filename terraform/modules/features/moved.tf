# The roles were resources of this module up to version 0.1: a role that is created again would replace what uses it.

moved {
  from = aws_iam_role.this
  to   = module.store_role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.this
  to   = module.store_role.aws_iam_role_policy.this
}

moved {
  from = aws_iam_role.compaction
  to   = module.compaction_role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.compaction
  to   = module.compaction_role.aws_iam_role_policy.this
}

# Role and message of the compaction are those of every kind of processing jobs.

moved {
  from = module.compaction_role.aws_iam_role.this
  to   = module.compaction.module.role.aws_iam_role.this
}

moved {
  from = module.compaction_role.aws_iam_role_policy.this
  to   = module.compaction.module.role.aws_iam_role_policy.this
}

moved {
  from = aws_cloudwatch_event_rule.compaction_failed
  to   = module.compaction.aws_cloudwatch_event_rule.failed
}

moved {
  from = aws_cloudwatch_event_target.compaction_failed
  to   = module.compaction.aws_cloudwatch_event_target.failed
}
