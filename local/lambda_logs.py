"""The platform's lines around an invocation's own: START, END, REPORT."""

import math

from local.sandbox import Function, Outcome


def report(function: Function, request_id: str, outcome: Outcome) -> list[str]:
    """Return the invocation's log lines as CloudWatch Logs shows them."""
    facts = [
        f"REPORT RequestId: {request_id}",
        f"Duration: {outcome.milliseconds:.2f} ms",
        f"Billed Duration: {math.ceil(outcome.milliseconds)} ms",
        f"Memory Size: {function.memory_megabytes} MB",
        f"Max Memory Used: {outcome.peak_megabytes} MB",
    ]
    if outcome.init_milliseconds is not None:
        facts.append(f"Init Duration: {outcome.init_milliseconds:.2f} ms")
    return [
        f"START RequestId: {request_id} Version: {function.version}",
        *outcome.lines,
        f"END RequestId: {request_id}",
        "\t".join(facts),
    ]
