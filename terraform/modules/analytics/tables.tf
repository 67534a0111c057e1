# Tables over the objects in S3. Athena derives the partitions from the paths (partition projection): nothing has to be
# crawled or repaired. Times are ISO 8601 strings in UTC, as in the objects: they sort by time.

locals {
  database = replace(var.foundation.prefix, "-", "_")

  # Parts of the path of all tables.
  days = { year = { digits = 4, range = "2009,2040" }, month = { digits = 2, range = "1,12" }, day = { digits = 2, range = "1,31" } }

  # Values of other parts of paths.
  values = { endpoint = values(var.endpoint_names), variant = var.endpoint_variants }

  json_tables = {
    for name, table in jsondecode(file("${path.module}/tables.json")) : name => {
      columns       = [for column in table.columns : { name = split(" ", column)[0], type = split(" ", column)[1] }]
      description   = table.description
      input_format  = "org.apache.hadoop.mapred.TextInputFormat"
      output_format = "org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat"
      partitions    = lookup(table, "partitions", [])
      serde         = "org.openx.data.jsonserde.JsonSerDe"
      # A line that is not JSON is a row of nulls instead of an error.
      serde_parameters = merge({ "ignore.malformed.json" = "true" }, { for column, key in lookup(table, "mapping", {}) : "mapping.${column}" => key })
      template         = "s3://${var.foundation.bucket_name}/${table.path}"
    }
  }

  # Of each version of the feature group: a row for each write and each deletion of a minute.
  feature_tables = {
    for name, store in var.offline_stores : replace(name, "-", "_") => {
      columns          = concat(store.columns, [{ name = "write_time", type = "timestamp" }, { name = "api_invocation_time", type = "timestamp" }, { name = "is_deleted", type = "boolean" }])
      description      = "Offline store of the feature group ${name}: all writes and deletions of its rows, by the day of their event time"
      input_format     = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat"
      output_format    = "org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat"
      partitions       = []
      serde            = "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
      serde_parameters = { "serialization.format" = "1" }
      template         = "${store.uri}/year=$${year}/month=$${month}/day=$${day}/"
    }
  }

  tables = merge(local.json_tables, local.feature_tables)
}

resource "aws_glue_catalog_database" "this" {
  name        = local.database
  description = "Features, forecasts, decisions and raw events of Evergreen ${var.foundation.prefix}"
}

resource "aws_glue_catalog_table" "this" {
  for_each = local.tables

  name          = each.key
  database_name = aws_glue_catalog_database.this.name
  description   = each.value.description
  table_type    = "EXTERNAL_TABLE"

  parameters = merge(
    { "EXTERNAL" = "TRUE", "projection.enabled" = "true", "storage.location.template" = each.value.template },
    { for name in each.value.partitions : "projection.${name}.type" => "enum" },
    { for name in each.value.partitions : "projection.${name}.values" => join(",", sort(local.values[name])) },
    { for name, part in local.days : "projection.${name}.type" => "integer" },
    { for name, part in local.days : "projection.${name}.digits" => tostring(part.digits) },
    { for name, part in local.days : "projection.${name}.range" => part.range },
  )

  dynamic "partition_keys" {
    for_each = concat(each.value.partitions, ["year", "month", "day"])

    content {
      name = partition_keys.value
      type = "string"
    }
  }

  storage_descriptor {
    location      = split("$", each.value.template)[0]
    input_format  = each.value.input_format
    output_format = each.value.output_format

    ser_de_info {
      serialization_library = each.value.serde
      parameters            = each.value.serde_parameters
    }

    dynamic "columns" {
      for_each = each.value.columns

      content {
        name = columns.value.name
        type = columns.value.type
      }
    }
  }
}
