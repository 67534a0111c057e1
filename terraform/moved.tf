# Modules and resources that were elsewhere up to version 0.1.

moved {
  from = module.retrain.module.threshold_updater
  to   = module.monitor.module.threshold_updater
}

moved {
  from = module.deploy.aws_cloudwatch_log_group.endpoint["production"]
  to   = module.register.aws_cloudwatch_log_group.endpoint["production"]
}

moved {
  from = module.deploy.aws_cloudwatch_log_group.endpoint["staging"]
  to   = module.register.aws_cloudwatch_log_group.endpoint["staging"]
}

moved {
  from = module.foundation.aws_sns_topic.notifications
  to   = module.notify.aws_sns_topic.notifications
}

moved {
  from = module.foundation.aws_sns_topic_subscription.mail
  to   = module.notify.aws_sns_topic_subscription.mail
}
