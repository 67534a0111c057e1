"""What CloudWatch accepts. Pure."""

MAX_METRIC = 2.0**360
