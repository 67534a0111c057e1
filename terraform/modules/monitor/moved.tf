# Staging had no threshold of its own up to version 0.1.

moved {
  from = aws_ssm_parameter.threshold
  to   = aws_ssm_parameter.threshold["production"]
}

moved {
  from = module.ground_truth_writer
  to   = module.ground_truth_writer["own"]
}

moved {
  from = module.monitoring_collector
  to   = module.monitoring_collector["own"]
}
