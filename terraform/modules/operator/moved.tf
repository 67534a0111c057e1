moved {
  from = aws_iam_policy.query
  to   = aws_iam_policy.query["own"]
}

moved {
  from = aws_iam_role_policy_attachment.query
  to   = aws_iam_role_policy_attachment.query["own"]
}
