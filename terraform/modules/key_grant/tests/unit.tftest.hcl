mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  kms_key_arn = "arn:aws:kms:eu-west-1:123456789012:key/00000000-0000-0000-0000-000000000000"
  sid         = "GrantKeyToVolumes"
}

run "the_key_is_granted_to_services_only" {
  command = plan

  assert {
    condition     = [for s in data.aws_iam_policy_document.this.statement : [s.sid, tolist(s.actions), tolist(s.resources)]] == [["GrantKeyToVolumes", tolist(["kms:CreateGrant"]), tolist([var.kms_key_arn])]]
    error_message = "One action, one key."
  }

  assert {
    condition     = [for c in data.aws_iam_policy_document.this.statement[0].condition : "${c.test} ${c.variable} ${one(c.values)}"] == ["Bool kms:GrantIsForAWSResource true"]
    error_message = "Nobody else can be granted the key."
  }
}
