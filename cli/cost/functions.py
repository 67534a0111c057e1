"""Use of AWS by Lambda functions that run a short time. Pure."""

from cli.cost.use import GB, Use

FUNCTION_GB = 0.25  # of all functions except window_aggregator
LOG_GB_PER_INVOCATION = 2_000 / GB


def uses(name: str, invocations: float, seconds: float) -> list[Use]:
    """Return the requests, the duration, the traces and the logs of functions, in this order."""
    duration = invocations * seconds * FUNCTION_GB
    return [
        Use("Lambda", f"{name}: invocations", invocations, "lambda_request"),
        Use("Lambda", f"{name}: duration", duration, "lambda_arm_gb_second"),
        Use("X-Ray", f"traces of {name}", invocations, "xray_trace"),
        Use("CloudWatch", f"logs of {name}", invocations * LOG_GB_PER_INVOCATION, "logs_gb"),
    ]
