"""Schedule (EventBridge) -> a zero for each metric whose silence raises an alarm."""

from typing import TYPE_CHECKING

from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.parser import event_parser

from common.config import Settings
from common.events import ScheduledEvent
from common.observability import add_metrics, logger, metrics

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


class Config(Settings):
    """Settings of the function."""

    metric_names: str  # separated by commas


@logger.inject_lambda_context
@metrics.log_metrics
@event_parser(model=ScheduledEvent)
def lambda_handler(event: ScheduledEvent, _context: "LambdaContext") -> dict[str, list[str]]:
    """Publish the zeros at the event's time; return the metrics."""
    names = Config.from_env().metric_names.split(",")
    add_metrics(event.time, dict.fromkeys(names, 0), MetricUnit.NoUnit)
    logger.info("zeros published", metrics=names)
    return {"metrics": names}
