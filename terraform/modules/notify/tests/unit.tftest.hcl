mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  pending_path = "/test/approval/pending"
}

run "alerts_become_mails" {
  command = plan

  variables {
    email = "someone@example.com"
  }

  assert {
    condition     = aws_sns_topic_subscription.notifier.topic_arn == var.foundation.topic_arn && aws_lambda_permission.alerts.principal == "sns.amazonaws.com" && aws_lambda_permission.alerts.source_arn == var.foundation.topic_arn
    error_message = "The topic of alerts, and no other, invokes the function."
  }

  assert {
    condition     = aws_sns_topic.notifications.name == "test-notifications" && aws_sns_topic.notifications.kms_master_key_id == var.foundation.kms_key_arn
    error_message = "The topic has its name and is encrypted by the key."
  }

  assert {
    condition     = aws_sns_topic_subscription.mail["someone@example.com"].protocol == "email"
    error_message = "The address is subscribed."
  }

  assert {
    condition     = { for s in data.aws_iam_policy_document.notifier.statement : s.sid => tolist(s.actions) } == { ListMessages = tolist(["s3:ListBucket"]), PublishMails = tolist(["sns:Publish"]), RememberMessages = tolist(["s3:GetObject", "s3:PutObject"]) }
    error_message = "Without chat and links the function reads no secret."
  }

  assert {
    condition     = length(aws_budgets_budget.this) == 0
    error_message = "There is no budget by default."
  }
}

run "secrets_are_read_only_where_they_are_used" {
  command = plan

  variables {
    approval_page_url = "https://example.com/page"
    chat              = true
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.notifier.statement : tolist(s.resources) if contains(s.actions, "ssm:GetParameter")]) == ["arn:aws:ssm:eu-west-1:123456789012:parameter/test/notifications/chat-webhook", "arn:aws:ssm:eu-west-1:123456789012:parameter/test/approval/pending/*"]
    error_message = "The webhook and the keys of the links are the only parameters."
  }
}

run "budget_alerts_before_it_is_spent" {
  command = plan

  variables {
    budget_usd = 100
  }

  assert {
    condition     = { for n in aws_budgets_budget.this["own"].notification : n.notification_type => n.threshold } == { ACTUAL = 80, FORECASTED = 100 }
    error_message = "Spending and forecast are watched."
  }

  assert {
    condition     = alltrue([for n in aws_budgets_budget.this["own"].notification : tolist(n.subscriber_sns_topic_arns) == tolist([var.foundation.topic_arn])])
    error_message = "The topic of alerts is told."
  }

  assert {
    condition     = one(aws_budgets_budget.this["own"].cost_filter).values == tolist(["user:Deployment$test"])
    error_message = "Only this deployment counts."
  }
}

run "budget_is_positive" {
  command = plan

  variables {
    budget_usd = 0
  }

  expect_failures = [var.budget_usd]
}
