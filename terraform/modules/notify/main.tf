# Tells people what needs them: topic of alerts -> notifier -> topic of notifications -> mail, and a chat.

locals {
  chat_parameter = "/${var.foundation.prefix}/notifications/chat-webhook"
  topic_name     = "${var.foundation.prefix}-notifications"
  # Built from names, so that policies do not wait for the resources.
  topic_arn = "${var.foundation.arns.sns}:${local.topic_name}"
}

module "notifier" {
  source = "../lambda_function"

  name              = "notifier"
  description       = "Alert -> mail, and message in the chat, that say what to do"
  function_defaults = merge(var.function_defaults, { topic_arn = local.topic_arn }) # its own alarms do not need it
  policy            = data.aws_iam_policy_document.notifier.json

  environment = {
    APPROVAL_PAGE_URL = var.approval_page_url == null ? "" : var.approval_page_url
    BUCKET            = var.foundation.bucket_name
    CHAT_PARAMETER    = var.chat ? local.chat_parameter : ""
    PENDING_PATH      = var.pending_path
    PREFIX            = var.foundation.prefix
    TOPIC_ARN         = aws_sns_topic.notifications.arn
  }
}

resource "aws_sns_topic_subscription" "notifier" {
  topic_arn = var.foundation.topic_arn
  protocol  = "lambda"
  endpoint  = module.notifier.arn

  depends_on = [aws_lambda_permission.alerts]
}

resource "aws_lambda_permission" "alerts" {
  statement_id  = "alerts"
  action        = "lambda:InvokeFunction"
  function_name = module.notifier.name
  principal     = "sns.amazonaws.com"
  source_arn    = var.foundation.topic_arn
}
