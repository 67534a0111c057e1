"""Use of AWS by the endpoints and the API in front of them. Pure."""

from cli.cost.assumptions import Assumptions
from cli.cost.configuration import Configuration
from cli.cost.functions import LOG_GB_PER_INVOCATION
from cli.cost.use import HOURS, Use

SERVERLESS_SECONDS = 1.0  # per request of the monitor, start included
# Of the HTTP API: two metrics per route, and three rules of the firewall.
API_SECONDS, FIREWALL_RULES = 0.1, 3


def uses(config: Configuration) -> list[Use]:
    """Return the endpoints that always exist."""
    found = [production(config, HOURS * config.served_share, "production")]
    if config.staging_always_on:
        price = f"{config.staging_instance_type}_hour"
        found.append(Use("SageMaker endpoints", "staging", HOURS, price))
    return found


def production(config: Configuration, hours: float, item: str) -> Use:
    """Return an endpoint with production's configuration, in use for some hours."""
    if config.serverless_gb is not None:  # only requests cost; those of clients are not counted
        seconds = 2 * hours * SERVERLESS_SECONDS * config.serverless_gb
        return Use("SageMaker endpoints", item, seconds, "serverless_gb_second")
    price = f"{config.production_instance_type}_hour"
    return Use("SageMaker endpoints", item, hours * config.production_instance_count, price)


def api(config: Configuration, assumed: Assumptions) -> list[Use]:
    """Return what the HTTP API uses, and its firewall."""
    if config.api_memory_mb is None:
        return []
    requests = assumed.api_requests
    duration = requests * API_SECONDS * config.api_memory_mb / 1024
    found = [
        Use("API", "requests", requests, "api_request"),
        Use("API", "invocations", requests, "lambda_request"),
        Use("API", "duration of the function", duration, "lambda_arm_gb_second"),
        Use("API", "traces", requests, "xray_trace"),
        Use("API", "logs", requests * LOG_GB_PER_INVOCATION, "logs_gb"),
    ]
    if config.with_firewall:
        found += [
            Use("Firewall", "web ACL", 1, "waf_acl_month"),
            Use("Firewall", "rules", FIREWALL_RULES, "waf_rule_month"),
            Use("Firewall", "requests", requests, "waf_request"),
        ]
    return found
