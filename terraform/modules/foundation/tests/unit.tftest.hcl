mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  artifacts_dir       = "../../../build/functions"
  data                = { expire_days = { minutes = 30, raw = 365 }, restore_days = 30 }
  deletion_protection = true
  log_retention_days  = 14
  prefix              = "test"
  runbook_url         = "docs/runbook.md"
}

run "data_at_rest_is_encrypted_by_one_rotated_key" {
  command = plan

  assert {
    condition     = aws_kms_key.this.enable_key_rotation
    error_message = "The key rotates."
  }

  assert {
    condition     = one(one(aws_s3_bucket_server_side_encryption_configuration.data.rule).apply_server_side_encryption_by_default).kms_master_key_id == aws_kms_key.this.arn
    error_message = "The bucket is encrypted by the key."
  }

  assert {
    condition     = aws_sns_topic.alerts.kms_master_key_id == aws_kms_key.this.arn && aws_cloudwatch_log_group.decisions.kms_key_id == aws_kms_key.this.arn
    error_message = "Topic and decision log are encrypted by the key."
  }

  assert {
    condition     = aws_sqs_queue.undelivered.kms_master_key_id == aws_kms_alias.this.name
    error_message = "The queue is encrypted by the key."
  }

  assert {
    condition     = alltrue([for r in aws_ecr_repository.this : one(r.encryption_configuration).kms_key == aws_kms_key.this.arn && one(r.image_scanning_configuration).scan_on_push])
    error_message = "Images are encrypted by the key and scanned."
  }

  assert {
    condition     = alltrue([for s in data.aws_iam_policy_document.key.statement : length(s.condition) > 0 if s.sid != "AdministerKeyThroughIam"])
    error_message = "Services use the key for this account or deployment only."
  }
}

# EventBridge publishes to a topic without aws:SourceAccount and aws:SourceArn: statements that require them never apply.
run "rules_can_publish_to_the_encrypted_topic" {
  command = plan

  assert {
    condition     = [for s in data.aws_iam_policy_document.topic.statement : length(s.condition) if contains(one(s.principals).identifiers, "events.amazonaws.com")] == [0]
    error_message = "The topic's policy has a statement without condition for EventBridge."
  }

  assert {
    condition     = alltrue([for s in data.aws_iam_policy_document.topic.statement : one(s.condition).variable == "aws:SourceAccount" if contains(one(s.principals).identifiers, "cloudwatch.amazonaws.com")])
    error_message = "Alarms of other accounts cannot publish."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.key.statement : [for c in s.condition : one(c.values) if length(s.condition) == 1 && c.variable == "kms:EncryptionContext:aws:sns:topicArn"] if contains(one(s.principals).identifiers, "events.amazonaws.com")]) == ["arn:aws:sns:eu-west-1:123456789012:${aws_sns_topic.alerts.name}"]
    error_message = "EventBridge may use the key for this topic, by the encryption context alone."
  }
}

run "bucket_is_private_and_sends_events" {
  command = plan

  assert {
    condition     = aws_s3_bucket.data.bucket == "test-123456789012-eu-west-1"
    error_message = "The name contains prefix, account and region."
  }

  assert {
    condition     = alltrue([for b in ["block_public_acls", "block_public_policy", "ignore_public_acls", "restrict_public_buckets"] : aws_s3_bucket_public_access_block.data[b]])
    error_message = "Public access is blocked."
  }

  assert {
    condition     = aws_s3_bucket_policy.data.policy == module.bucket_tls_only.json
    error_message = "Unencrypted transport is denied."
  }

  assert {
    condition     = aws_s3_bucket_notification.data.eventbridge
    error_message = "New objects send events to EventBridge."
  }

  assert {
    condition     = !aws_s3_bucket.data.force_destroy && aws_kms_key.this.deletion_window_in_days == 30
    error_message = "`terraform destroy` does not delete the data, and its key can be restored."
  }

  assert {
    condition     = { for r in aws_s3_bucket_lifecycle_configuration.data["data"].rule : r.id => one(r.expiration).days if !contains(["abandoned-uploads", "deleted-versions"], r.id) } == { minutes = 30, raw = 365 }
    error_message = "Objects expire by prefix."
  }
}

run "permission_for_an_event_is_for_no_other" {
  command = plan

  assert {
    condition     = alltrue([for d in data.aws_iam_policy_document.event : [for s in d.statement : [tolist(s.actions), tolist(s.resources)]] == [[tolist(["events:PutEvents"]), tolist(["arn:aws:events:eu-west-1:123456789012:event-bus/test"])]]])
    error_message = "Events are put on this deployment's bus."
  }

  assert {
    condition     = alltrue([for event, d in data.aws_iam_policy_document.event : { for c in d.statement[0].condition : c.variable => [c.test, tolist(c.values)] } == { "events:source" = ["StringEquals", tolist([local.events[event]])], "events:detail-type" = ["StringEquals", tolist([event])] }])
    error_message = "Source and detail-type are those of the event."
  }

  assert {
    condition     = [for event, source in local.events : event if source != "evergreen.loop"] == ["Better Model Requested", "Code Changed", "Transactions Received", "Transactions Rejected"]
    error_message = "Every other event is a decision of the loop."
  }

  assert {
    condition     = keys(output.foundation.event_policies) == keys(local.events)
    error_message = "Other modules include the policies by the names of the events."
  }
}

run "decisions_are_logged_and_notified" {
  command = plan

  assert {
    condition     = aws_cloudwatch_log_group.decisions.name == "/test/decisions" && aws_cloudwatch_log_group.decisions.retention_in_days == 3653
    error_message = "The decision log has its name, and is kept longer than other logs."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.decisions.event_pattern) == { source = ["evergreen.loop"] }
    error_message = "Every decision event is logged."
  }

  assert {
    condition     = aws_cloudwatch_event_rule.decisions.event_bus_name == "test" && aws_cloudwatch_event_target.decisions.arn == aws_cloudwatch_log_group.decisions.arn
    error_message = "The rule is on the event bus and writes to the log group."
  }

  assert {
    condition     = length(setsubtract(["Approval Requested", "Batch Failed", "Training Failed"], jsondecode(aws_cloudwatch_event_rule.attention.event_pattern)["$or"][0]["detail-type"])) == 0
    error_message = "Approval requests, failed trainings and failed batch runs are published."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.attention.event_pattern)["$or"][1] == { "detail-type" = ["Tournament Decided"], detail = { winner = [null] } }
    error_message = "Trainings without a new version are published."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.attention.event_pattern)["$or"][2] == { "detail-type" = ["Retraining Skipped"], detail = { invalid = ["hyperparameters"] } }
    error_message = "Refused hyperparameters are published, other skipped trainings are not."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.attention.event_pattern)["$or"][3] == { "detail-type" = ["Model Deployed"], detail = { stage = ["production"] } }
    error_message = "Deployments to production are published; that on staging needs nobody."
  }

  assert {
    condition     = jsondecode(aws_cloudwatch_event_rule.attention.event_pattern)["$or"][4].detail == { files_all_rejected = [{ numeric = [">", 0] }] }
    error_message = "Files without a prediction are published; other results of batch scoring need nobody."
  }

  assert {
    condition     = alltrue([for t in [aws_cloudwatch_event_target.attention, aws_cloudwatch_event_target.decisions] : t.dead_letter_config[0].arn == "arn:aws:sqs:eu-west-1:123456789012:${aws_sqs_queue.undelivered.name}"])
    error_message = "Undeliverable events go to the dead-letter queue."
  }

  assert {
    condition     = aws_cloudwatch_metric_alarm.undelivered.dimensions["QueueName"] == aws_sqs_queue.undelivered.name
    error_message = "The queue has an alarm."
  }
}

run "data_can_be_retained" {
  command = plan

  variables {
    data                = { expire_days = {}, restore_days = 30 }
    deletion_protection = false
  }

  assert {
    condition     = aws_s3_bucket.data.force_destroy && [for r in aws_s3_bucket_lifecycle_configuration.data["data"].rule : r.id] == ["deleted-versions", "abandoned-uploads"]
    error_message = "Without protection the data are deleted; without expire_days nothing expires."
  }
}

run "expiration_is_in_whole_days" {
  command = plan

  variables {
    data = { expire_days = { raw = 0.5 }, restore_days = 30 }
  }

  expect_failures = [var.data]
}

run "artifacts_of_versions_do_not_expire" {
  command = plan

  variables {
    data = { expire_days = { training = 365 }, restore_days = 30 }
  }

  expect_failures = [var.data]
}

run "log_retention_is_supported_by_cloudwatch" {
  command = plan

  variables {
    log_retention_days = 31
  }

  expect_failures = [var.log_retention_days]
}

run "the_image_of_deepar_is_pulled_from_the_account_of_aws_only" {
  command = plan

  assert {
    condition     = output.foundation.deepar_repository_arns == ["arn:aws:ecr:eu-west-1:224300973850:repository/forecasting-deepar"]
    error_message = "The account of the repository is given."
  }
}

run "regions_without_deepar_work" {
  command = plan

  override_data {
    target = data.aws_region.this
    values = { name = "mx-central-1" }
  }

  assert {
    condition     = output.foundation.deepar_repository_arns == [] && length(data.aws_sagemaker_prebuilt_ecr_image.deepar) == 0
    error_message = "The image is not looked up where the provider does not know its account."
  }
}

run "unencrypted_transport_is_denied_everywhere" {
  command = plan

  assert {
    condition     = data.aws_iam_policy_document.topic.source_policy_documents == tolist([module.topic_tls_only.json]) && data.aws_iam_policy_document.undelivered.source_policy_documents == tolist([module.undelivered_tls_only.json])
    error_message = "The policies of topic and queue deny it, like that of the bucket."
  }
}

run "deleted_objects_can_be_restored_for_a_month" {
  command = plan

  assert {
    condition     = one(aws_s3_bucket_versioning.data.versioning_configuration).status == "Enabled"
    error_message = "The bucket keeps versions."
  }

  assert {
    condition     = [for r in aws_s3_bucket_lifecycle_configuration.data["data"].rule : one(r.noncurrent_version_expiration).noncurrent_days if r.id == "deleted-versions"] == [30]
    error_message = "Old versions expire."
  }
}

run "without_retention_there_are_no_lifecycle_rules" {
  command = plan

  variables {
    data = { expire_days = {}, restore_days = 0 }
  }

  assert {
    condition     = length(aws_s3_bucket_lifecycle_configuration.data) == 0
    error_message = "Nothing expires."
  }
}

run "without_promotion_no_other_account_reads" {
  command = plan

  assert {
    condition     = local.version_reader == null && length(data.aws_iam_policy_document.bucket.statement) == 0 && length(data.aws_iam_policy_document.decrypt_promoted) == 0
    error_message = "The policies of bucket and key name this account only."
  }
}

run "importer_of_the_account_of_production_reads_files_of_versions_only" {
  command = plan

  variables {
    promotes_to = "210987654321"
  }

  assert {
    condition     = { for s in data.aws_iam_policy_document.bucket.statement : s.sid => concat(tolist(s.actions), flatten([for p in s.principals : tolist(p.identifiers)])) } == { ListPromotedFiles = ["s3:ListBucket", "arn:aws:iam::210987654321:root"], ReadPromotedFiles = ["s3:GetObject", "arn:aws:iam::210987654321:root"] }
    error_message = "It lists and reads, and its account is the only other principal."
  }

  assert {
    condition     = alltrue([for s in concat(data.aws_iam_policy_document.bucket.statement, data.aws_iam_policy_document.decrypt_promoted["own"].statement) : contains([for c in s.condition : "${c.test} ${c.variable} ${join(",", c.values)}"], "StringEquals aws:PrincipalArn arn:aws:iam::210987654321:role/${var.prefix}-version-importer")])
    error_message = "Exactly the role of the importer may use each statement."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.bucket.statement : tolist(s.resources) if contains(s.actions, "s3:GetObject")]) == [for folder in ["baseline", "evaluation", "model"] : "${local.bucket_arn}/training/*/${folder}/*"]
    error_message = "It reads artifact, evaluation and baseline, and no other data."
  }

  assert {
    condition     = one([for s in data.aws_iam_policy_document.bucket.statement : [for c in s.condition : tolist(c.values) if c.variable == "s3:prefix"] if contains(s.actions, "s3:ListBucket")]) == [tolist(["training/*"])]
    error_message = "It lists the files of trainings only."
  }

  assert {
    condition     = one([for s in data.aws_iam_policy_document.decrypt_promoted["own"].statement : [tolist(s.actions), { for c in s.condition : c.variable => tolist(c.values) if startswith(c.variable, "kms:") }]]) == [tolist(["kms:Decrypt"]), { "kms:ViaService" = tolist(["s3.eu-west-1.amazonaws.com"]), "kms:EncryptionContext:aws:s3:arn" = tolist([local.bucket_arn, "${local.bucket_arn}/training/*"]) }]
    error_message = "It decrypts objects of the data bucket, through S3."
  }
}
