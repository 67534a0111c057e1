"""Use of AWS per month by a configuration, at a rate of transactions. Pure.

What is assumed rather than configured is a field of `Assumptions`; `evergreen cost` prints them.
"""

from cli.cost import endpoints, jobs, operation, streaming
from cli.cost.assumptions import Assumptions
from cli.cost.configuration import Configuration
from cli.cost.use import Use


def uses(config: Configuration, rate: float, assumed: Assumptions) -> list[Use]:
    """Return all uses of a month, in the order of the stages."""
    return [
        *streaming.uses(config, rate, assumed),
        *endpoints.uses(config),
        *jobs.uses(config, assumed),
        *operation.uses(config, assumed),
        *endpoints.api(config, assumed),
    ]
