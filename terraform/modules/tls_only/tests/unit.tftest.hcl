mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  actions   = ["sqs:*"]
  resources = ["arn:aws:sqs:eu-west-1:123456789012:test"]
}

run "everybody_needs_tls" {
  command = plan

  assert {
    condition     = [for s in data.aws_iam_policy_document.this.statement : [s.effect, tolist(s.actions), tolist(s.resources)]] == [["Deny", tolist(["sqs:*"]), tolist(var.resources)]]
    error_message = "The actions are denied."
  }

  assert {
    condition     = one(data.aws_iam_policy_document.this.statement[0].principals).identifiers == toset(["*"])
    error_message = "To everybody, also to administrators."
  }

  assert {
    condition     = [for c in data.aws_iam_policy_document.this.statement[0].condition : "${c.test} ${c.variable} ${one(c.values)}"] == ["Bool aws:SecureTransport false"]
    error_message = "Without TLS only."
  }
}
