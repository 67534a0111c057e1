# The roles were resources of this module up to version 0.1: a role that is created again would replace what uses it.

moved {
  from = aws_iam_role.this
  to   = module.role.aws_iam_role.this
}

moved {
  from = aws_iam_role_policy.this
  to   = module.role.aws_iam_role_policy.this
}

# With a container image there is no object.
moved {
  from = aws_s3_object.code
  to   = aws_s3_object.code["zip"]
}
