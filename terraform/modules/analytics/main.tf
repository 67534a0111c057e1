# Shared: SQL over features, forecasts, decisions and raw events. Decisions are archived here; the other modules write the rest.

module "archive" {
  source = "../event_archive"

  foundation = var.foundation
  name       = "decision-archive"
  role_names = { events = "decisions-to-firehose", firehose = "decisions-firehose" }

  streams = {
    decisions = {
      description   = "Decision events"
      event_pattern = jsonencode({ source = ["evergreen.loop"] })
      rule          = "decision-archive"
      time_prefix   = "year=!{timestamp:yyyy}/month=!{timestamp:MM}/day=!{timestamp:dd}/hour=!{timestamp:HH}"
    }
  }
}
