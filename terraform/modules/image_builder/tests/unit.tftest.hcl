mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  repositories = {
    forecaster = { arn = "arn:aws:ecr:eu-west-1:123456789012:repository/test-forecaster", url = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-forecaster" }
    poller     = { arn = "arn:aws:ecr:eu-west-1:123456789012:repository/test-poller", url = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-poller" }
  }
}

run "each_image_is_built_on_its_architecture" {
  command = plan

  assert {
    condition     = { for image, project in aws_codebuild_project.this : image => one(project.environment).type } == { forecaster = "LINUX_CONTAINER", poller = "ARM_CONTAINER" }
    error_message = "SageMaker needs x86-64, the poller's task ARM."
  }

  assert {
    condition     = alltrue([for project in aws_codebuild_project.this : one(project.environment).privileged_mode])
    error_message = "Docker needs a privileged container."
  }

  assert {
    condition     = { for v in one(aws_codebuild_project.this["poller"].environment).environment_variable : v.name => v.value } == { IMAGE = "poller", REPOSITORY = var.repositories["poller"].url }
    error_message = "The project knows its image and repository."
  }

  assert {
    condition     = output.project_names == { forecaster = "test-image-forecaster", poller = "test-image-poller" }
    error_message = "Names follow the prefix."
  }
}

run "logs_are_encrypted_and_have_a_retention" {
  command = plan

  assert {
    condition     = alltrue([for image, group in aws_cloudwatch_log_group.this : group.name == "/aws/codebuild/test-image-${image}" && group.retention_in_days == 14 && group.kms_key_id == var.foundation.kms_key_arn])
    error_message = "Log groups exist before the builds."
  }
}

run "the_role_may_do_what_a_build_does" {
  command = plan

  assert {
    condition     = !anytrue(flatten([for s in data.aws_iam_policy_document.build.statement : [for a in s.actions : strcontains(a, "*")]]))
    error_message = "Actions are enumerated."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.build.statement : s.sid if contains(s.resources, "*")]) == ["GetRegistryToken"]
    error_message = "Only the action without resource-level permissions applies to all resources."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.build.statement : s.resources if s.sid == "PushImages"]) == [for image in ["forecaster", "poller"] : var.repositories[image].arn]
    error_message = "Images are pushed to these repositories only."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.build.statement : s.resources if s.sid == "ReadSource"]) == ["arn:aws:s3:::test-123456789012-eu-west-1/image-builds/source.zip"]
    error_message = "Of the data bucket only the source is readable."
  }
}
