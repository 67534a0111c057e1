mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  accepts = { detail_type = "Better Model Requested", source = "evergreen.production" }
  account = "210987654321"
  sends   = { detail_type = "Version Promoted", source = "evergreen.loop" }
}

run "one_kind_of_event_goes_to_the_bus_of_the_other_account" {
  command = plan

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.this.event_pattern) == { account = ["123456789012"], source = ["evergreen.loop"], "detail-type" = ["Version Promoted"] }
    error_message = "Only events of this account are sent, so none is sent back."
  }

  assert {
    condition     = aws_cloudwatch_event_target.this.arn == "arn:aws:events:eu-west-1:210987654321:event-bus/test" && aws_cloudwatch_event_target.this.role_arn != null
    error_message = "The target is the bus of the same prefix; another account's bus needs a role."
  }

  assert {
    condition     = aws_cloudwatch_event_target.this.dead_letter_config[0].arn == var.foundation.undelivered_queue_arn && aws_cloudwatch_event_target.this.retry_policy[0].maximum_event_age_in_seconds == 86400
    error_message = "An event that is refused, or not delivered within a day, is kept."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.send.statement : [tolist(s.actions), tolist(s.resources)]] == [[tolist(["events:PutEvents"]), tolist(["arn:aws:events:eu-west-1:210987654321:event-bus/test"])]]
    error_message = "The role may do nothing else."
  }

  assert {
    condition     = { for c in one(data.aws_iam_policy_document.send.statement).condition : c.variable => [c.test, tolist(c.values)] } == { "events:source" = ["StringEquals", tolist(["evergreen.loop"])], "events:detail-type" = ["StringEquals", tolist(["Version Promoted"])] }
    error_message = "The role sends one kind of event."
  }
}

run "the_other_account_may_put_one_kind_of_event_on_this_bus" {
  command = plan

  assert {
    condition     = [for s in data.aws_iam_policy_document.bus.statement : [tolist(s.actions), tolist(s.resources), [for p in s.principals : [p.type, tolist(p.identifiers)]]]] == [[tolist(["events:PutEvents"]), tolist(["arn:aws:events:eu-west-1:123456789012:event-bus/test"]), [["AWS", tolist(["arn:aws:iam::210987654321:root"])]]]]
    error_message = "Exactly the other account may put events on exactly this bus."
  }

  assert {
    condition     = { for c in one(data.aws_iam_policy_document.bus.statement).condition : c.variable => [c.test, tolist(c.values)] } == { "events:source" = ["StringEquals", tolist(["evergreen.production"])], "events:detail-type" = ["StringEquals", tolist(["Better Model Requested"])] }
    error_message = "Other events of this bus start deployments and trainings."
  }

  assert {
    condition     = jsondecode(output.accepted_pattern) == { account = ["210987654321"], source = ["evergreen.production"], "detail-type" = ["Better Model Requested"] }
    error_message = "Rules see who sent an event."
  }
}

run "an_account_is_not_linked_with_itself" {
  command = plan

  variables {
    account = "123456789012"
  }

  expect_failures = [var.account]
}
