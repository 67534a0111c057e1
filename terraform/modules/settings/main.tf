# The first apply writes a value, and every apply after a change of its variable. In between it belongs to operators or to
# the loop: an apply for another reason keeps what they have written.

resource "terraform_data" "value" {
  for_each = var.settings

  input = each.value.value
}

resource "aws_ssm_parameter" "this" {
  # checkov:skip=CKV2_AWS_34:cost: every read of a value that is no secret would be a request to KMS
  for_each = var.settings

  name        = "/${var.prefix}/${each.key}"
  description = each.value.description
  type        = "String"
  value       = each.value.value

  lifecycle {
    ignore_changes       = [value]
    replace_triggered_by = [terraform_data.value[each.key]]
  }
}
