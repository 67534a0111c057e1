mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  account                  = "210987654321"
  list_versions_policy     = "{\"Version\":\"2012-10-17\",\"Statement\":[]}"
  model_package_group_name = "test-models"
  promoted_pattern         = "{\"account\":[\"210987654321\"]}"
  repository               = { arn = "arn:aws:ecr:eu-west-1:123456789012:repository/test-forecaster", url = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/test-forecaster" }
}

run "only_promoted_versions_and_their_files_are_read" {
  command = plan

  assert {
    condition     = [for s in data.aws_iam_policy_document.version_importer.statement : tolist(s.resources) if s.sid == "ReadPromotedVersion"] == [tolist(["arn:aws:sagemaker:eu-west-1:210987654321:model-package/test-models/*"])]
    error_message = "Only versions of the other account's group are described there."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.version_importer.statement : s.resources if s.sid == "ReadPromotedFiles"] == [toset([for folder in ["baseline", "evaluation", "model"] : "arn:aws:s3:::test-210987654321-eu-west-1/training/*/${folder}/*"])]
    error_message = "Artifact, evaluation and baseline are read, and no other data of the account."
  }

  assert {
    condition     = { for c in one([for s in data.aws_iam_policy_document.version_importer.statement : s.condition if s.sid == "DecryptPromotedFiles"]) : c.variable => tolist(c.values) } == { "kms:ViaService" = tolist(["s3.eu-west-1.amazonaws.com"]), "kms:EncryptionContext:aws:s3:arn" = tolist(["arn:aws:s3:::test-210987654321-eu-west-1", "arn:aws:s3:::test-210987654321-eu-west-1/training/*"]) }
    error_message = "The other account's keys are used for its bucket only, through S3."
  }

  assert {
    condition     = [for s in data.aws_iam_policy_document.version_importer.statement : s.sid if strcontains(join(" ", s.resources), "210987654321") && length(setintersection(s.actions, ["s3:GetObject", "s3:ListBucket", "kms:Decrypt", "sagemaker:DescribeModelPackage"])) == 0] == ["WriteCopies"]
    error_message = "Nothing is written in the other account; the copies here are named after it."
  }

  assert {
    condition     = !anytrue(flatten([for s in data.aws_iam_policy_document.version_importer.statement : concat([for a in s.actions : strcontains(a, "*")], [contains(s.resources, "*")])]))
    error_message = "Actions are enumerated and apply to named resources."
  }
}

run "copies_are_registered_as_approved_in_this_account" {
  command = plan

  assert {
    condition     = [for s in data.aws_iam_policy_document.version_importer.statement : tolist(s.resources) if s.sid == "WriteCopies"] == [tolist(["arn:aws:s3:::test-123456789012-eu-west-1/training/210987654321-v*"])]
    error_message = "Files of other versions cannot be overwritten."
  }

  assert {
    condition     = { for c in one([for s in data.aws_iam_policy_document.version_importer.statement : s.condition if s.sid == "RegisterVersion"]) : c.variable => tolist(c.values) } == { "sagemaker:ModelApprovalStatus" = tolist(["Approved"]) }
    error_message = "A version was approved for production before it was promoted."
  }

  assert {
    condition     = [for event, policy in var.foundation.event_policies : event if contains(data.aws_iam_policy_document.version_importer.source_policy_documents, policy)] == ["Version Imported"]
    error_message = "Other events of the bus start deployments and trainings."
  }

  assert {
    condition     = module.version_importer.name == "test-version-importer" && module.version_importer.rule_names == ["test-version-importer-promoted"]
    error_message = "The other account's policies name the role of this function."
  }
}
