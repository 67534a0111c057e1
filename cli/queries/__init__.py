"""What the loop leaves behind in AWS, read back: no state of its own, nothing is written.

Each function takes `clients` (service name -> boto3 client) and the deployment's prefix. Times are
ISO 8601 in UTC; lists are in order of time.
"""

from cli.reads.alarms import alarm_changes
from cli.reads.decisions import decisions, rejections, retrains
from cli.reads.models import models
from cli.reads.monitoring import readings

__all__ = ["alarm_changes", "decisions", "models", "readings", "rejections", "retrains"]
