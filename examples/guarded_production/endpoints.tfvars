# Production on two to ten instances: a new version gets half of the requests first, and loses them to an alarm.
endpoints = {
  production_instance_count = 2
  production_instance_type  = "ml.m5.large"

  autoscaling = {
    invocations_per_instance = 750 # per minute
    max_capacity             = 10
    min_capacity             = 2
  }

  shift = {
    kind    = "canary"
    percent = 50 # one of two instances
  }
}
