mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  account_id     = "123456789012"
  approval_email = "me@example.com"
  environment    = { MODEL = "", VARS = "production.tfvars" }
  name           = "delivery-test"
  region         = "eu-west-1"
  source_stage   = { kind = "s3" }

  roles = {
    apply = { arn = "arn:aws:iam::123456789012:role/delivery-test-apply", name = "delivery-test-apply" }
    plan  = { arn = "arn:aws:iam::123456789012:role/delivery-test-plan", name = "delivery-test-plan" }
  }
}

run "an_apply_follows_tests_plan_and_approval" {
  command = plan

  assert {
    condition     = [for stage in aws_codepipeline.this.stage : stage.name] == ["Source", "Test", "Plan", "Approve", "Apply"]
    error_message = "Nothing is applied before it was tested, planned and approved."
  }

  assert {
    condition     = [for stage in aws_codepipeline.this.stage : one(stage.action).provider] == ["S3", "CodeBuild", "CodeBuild", "Manual", "CodeBuild"]
    error_message = "A person approves; CodeBuild does the rest."
  }

  assert {
    condition     = jsondecode(one(aws_codepipeline.this.stage[4].action).configuration.EnvironmentVariables) == [{ name = "FINGERPRINT", type = "PLAINTEXT", value = "#{Plan.FINGERPRINT}" }]
    error_message = "Only the plan that was approved is applied."
  }

  assert {
    condition     = aws_codepipeline.this.pipeline_type == "V2" && aws_codepipeline.this.execution_mode == "QUEUED"
    error_message = "Changes wait for each other."
  }
}

run "each_build_has_a_role_of_its_own" {
  command = plan

  assert {
    condition     = { for task in ["apply", "plan"] : task => aws_codebuild_project.this[task].service_role } == { for task, role in var.roles : task => role.arn }
    error_message = "The plan cannot change anything, and tests have no access to the account."
  }

  assert {
    condition     = [for task, project in aws_codebuild_project.this : task if one(project.environment).privileged_mode] == ["apply"]
    error_message = "Only the build of images needs Docker."
  }

  assert {
    condition     = { for v in one(aws_codebuild_project.this["plan"].environment).environment_variable : v.name => v.value } == { TASK = "plan", VARS = "production.tfvars" }
    error_message = "The build knows its task and the file of variables."
  }

  assert {
    condition     = !anytrue(flatten([for document in [data.aws_iam_policy_document.pipeline, data.aws_iam_policy_document.trigger, data.aws_iam_policy_document.build["apply"]] : [for s in document.statement : [for a in s.actions : strcontains(a, "*")]]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.pipeline.statement : s.resources if s.sid == "Builds"]) == [for task in ["apply", "plan", "test"] : "arn:aws:codebuild:eu-west-1:123456789012:project/delivery-test-${task}"]
    error_message = "The pipeline starts its own builds only."
  }
}

run "an_uploaded_source_starts_the_pipeline" {
  command = plan

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.source["s3"].event_pattern).detail == { bucket = { name = ["delivery-test-123456789012-eu-west-1"] }, object = { key = ["source.zip"] } }
    error_message = "The object starts it, and no artifact does."
  }

  assert {
    condition     = aws_cloudwatch_event_target.source["s3"].arn == "arn:aws:codepipeline:eu-west-1:123456789012:delivery-test" && aws_s3_bucket_notification.this["s3"].eventbridge
    error_message = "The bucket tells EventBridge, which starts the pipeline."
  }
}

run "a_push_to_codecommit_starts_the_pipeline" {
  command = plan

  variables {
    source_stage = { kind = "codecommit", repository = "evergreen" }
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.source["codecommit"].event_pattern).resources == ["arn:aws:codecommit:eu-west-1:123456789012:evergreen"] && length(aws_s3_bucket_notification.this) == 0
    error_message = "The branch of the repository starts it."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.pipeline.statement : s.resources if s.sid == "ReadRepository"]) == ["arn:aws:codecommit:eu-west-1:123456789012:evergreen"]
    error_message = "It reads this repository only."
  }
}

run "a_push_to_github_starts_the_pipeline" {
  command = plan

  variables {
    source_stage = {
      connection_arn = "arn:aws:codeconnections:eu-west-1:123456789012:connection/00000000-0000-0000-0000-000000000000"
      kind           = "connection"
      repository     = "me/evergreen"
    }
  }

  assert {
    condition     = one(one(one(one(aws_codepipeline.this.trigger).git_configuration).push).branches).includes == tolist(["main"]) && length(aws_cloudwatch_event_rule.source) == 0
    error_message = "The branch starts it, without a rule."
  }

  assert {
    condition     = one(aws_codepipeline.this.stage[0].action).configuration.FullRepositoryId == "me/evergreen"
    error_message = "The source is the repository."
  }
}

run "an_unknown_source_is_refused" {
  command = plan

  variables {
    source_stage = { kind = "ftp" }
  }

  expect_failures = [var.source_stage]
}

run "a_repository_needs_a_name" {
  command = plan

  variables {
    source_stage = { kind = "codecommit" }
  }

  expect_failures = [var.source_stage]
}

run "a_connection_needs_its_arn" {
  command = plan

  variables {
    source_stage = { kind = "connection", repository = "me/evergreen" }
  }

  expect_failures = [var.source_stage]
}
