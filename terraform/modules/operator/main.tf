# The role of people who operate the loop with the evergreen command: they read everything, decide on
# versions, start trainings and rollbacks, and repair. It cannot change the infrastructure.

data "aws_iam_policy_document" "assume" {
  statement {
    sid     = "AssumeRole"
    actions = ["sts:AssumeRole"]

    principals {
      type        = "AWS"
      identifiers = coalescelist(var.principals, ["${var.foundation.arns.iam}:root"]) # root: those whom IAM allows to assume the role
    }
  }
}

resource "aws_iam_role" "this" {
  name                 = "${var.foundation.prefix}-operator"
  description          = "Role of people who operate the loop with the evergreen command"
  assume_role_policy   = data.aws_iam_policy_document.assume.json
  max_session_duration = 43200
  permissions_boundary = var.foundation.permissions_boundary_arn
}

# Not inline: all inline policies of a role together may have 10,240 characters, and names of regions differ in length.
resource "aws_iam_policy" "query" {
  for_each = { for policy in var.query[*] : "own" => policy }

  name        = "${var.foundation.prefix}-query"
  description = "Queries of people who operate the loop with the evergreen command"
  policy      = each.value.policy
}

resource "aws_iam_role_policy_attachment" "query" {
  for_each = aws_iam_policy.query

  role       = aws_iam_role.this.name
  policy_arn = each.value.arn
}

resource "aws_iam_policy" "api" {
  name        = "${var.foundation.prefix}-api-clients"
  description = "Keys of the HTTP APIs, and ground truth of requests, for people who operate the loop with the evergreen command"
  policy      = data.aws_iam_policy_document.api.json
}

resource "aws_iam_role_policy_attachment" "api" {
  role       = aws_iam_role.this.name
  policy_arn = aws_iam_policy.api.arn
}

resource "aws_iam_role_policy" "read" {
  name   = "read"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.read.json
}

resource "aws_iam_role_policy" "repair" {
  name   = "repair"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.repair.json
}

resource "aws_iam_role_policy" "pause" {
  name   = "pause"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.pause.json
}

resource "aws_iam_role_policy" "operate" {
  name   = "operate"
  role   = aws_iam_role.this.id
  policy = data.aws_iam_policy_document.operate.json
}
