mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

run "account_has_the_role" {
  command = plan

  assert {
    condition     = aws_api_gateway_account.this.cloudwatch_role_arn == aws_iam_role.this.arn && aws_iam_role.this.name == "test-api-logs"
    error_message = "API Gateway writes access logs with the role."
  }

  assert {
    condition     = aws_iam_role_policy_attachment.this.policy_arn == "arn:aws:iam::aws:policy/service-role/AmazonAPIGatewayPushToCloudWatchLogs"
    error_message = "The role may write logs."
  }
}
