mock_provider "aws" {
  source          = "../../tests/mocks"
  override_during = plan
}

variables {
  endpoint_names = { production = "test-production", staging = "test-staging" }

  offline_stores = {
    minutes    = { columns = [{ name = "tx_minute", type = "string" }], uri = "s3://test/data" }
    minutes-v2 = { columns = [{ name = "tx_minute", type = "string" }, { name = "median", type = "bigint" }], uri = "s3://test-v2/data" }
  }
}

run "decisions_are_archived" {
  command = plan

  assert {
    condition     = module.archive.stream_names == { decisions = "test-decisions" }
    error_message = "Decision events go to decisions/."
  }
}

run "paths_of_all_tables_have_their_days" {
  command = plan

  assert {
    condition     = { for name, table in aws_glue_catalog_table.this : name => table.parameters["storage.location.template"] } == { decisions = "s3://test-123456789012-eu-west-1/decisions/year=$${year}/month=$${month}/day=$${day}/", forecasts = "s3://test-123456789012-eu-west-1/predictions/$${endpoint}/$${variant}/$${year}/$${month}/$${day}/", minutes = "s3://test/data/year=$${year}/month=$${month}/day=$${day}/", minutes_v2 = "s3://test-v2/data/year=$${year}/month=$${month}/day=$${day}/", raw = "s3://test-123456789012-eu-west-1/raw/$${year}/$${month}/$${day}/" }
    error_message = "Each table has the path of its objects."
  }

  assert {
    condition     = alltrue([for table in aws_glue_catalog_table.this : table.parameters["projection.enabled"] == "true" && alltrue([for key in table.partition_keys : contains(keys(table.parameters), "projection.${key.name}.type")])])
    error_message = "Every partition is projected: nothing crawls or repairs them."
  }

  assert {
    condition     = join(",", aws_glue_catalog_table.this["forecasts"].partition_keys[*].name) == "endpoint,variant,year,month,day" && aws_glue_catalog_table.this["forecasts"].parameters["projection.endpoint.values"] == "test-production,test-staging"
    error_message = "Endpoint and variant are parts of the path."
  }

  assert {
    condition     = [for c in one(aws_glue_catalog_table.this["minutes_v2"].storage_descriptor).columns : "${c.name} ${c.type}"] == ["tx_minute string", "median bigint", "write_time timestamp", "api_invocation_time timestamp", "is_deleted boolean"]
    error_message = "An offline store has its features, and the columns that Feature Store adds."
  }

  assert {
    condition     = one(one(aws_glue_catalog_table.this["decisions"].storage_descriptor).ser_de_info).parameters == tomap({ "ignore.malformed.json" = "true", "mapping.detail_type" = "detail-type" })
    error_message = "A name that SQL does not allow has an underscore."
  }
}

run "queries_are_limited_and_their_results_encrypted" {
  command = plan

  assert {
    condition     = one(aws_athena_workgroup.this.configuration).enforce_workgroup_configuration && one(aws_athena_workgroup.this.configuration).bytes_scanned_cutoff_per_query == 10000000000
    error_message = "No query scans more than the limit, or writes elsewhere."
  }

  assert {
    condition     = one(one(one(aws_athena_workgroup.this.configuration).result_configuration).encryption_configuration).kms_key_arn == var.foundation.kms_key_arn && one(one(aws_athena_workgroup.this.configuration).result_configuration).output_location == "s3://test-123456789012-eu-west-1/athena-results/"
    error_message = "Results are encrypted with the key, in the data bucket."
  }

  assert {
    condition     = !anytrue(flatten([for s in data.aws_iam_policy_document.query.statement : [for a in s.actions : strcontains(a, "*")]])) && !anytrue([for s in data.aws_iam_policy_document.query.statement : contains(s.resources, "*")])
    error_message = "Queries run in this workgroup on this database."
  }

  assert {
    condition     = flatten([for s in data.aws_iam_policy_document.query.statement : s.resources if contains(s.actions, "s3:PutObject")]) == ["arn:aws:s3:::test-123456789012-eu-west-1/athena-results/*"]
    error_message = "Only results are written."
  }
}

run "athena_has_a_least_scan_limit" {
  command = plan

  variables {
    scan_limit_gb = 0.001
  }

  expect_failures = [var.scan_limit_gb]
}
