"""The metrics of endpoints in the namespace AWS/SageMaker, one datapoint per invocation."""

from dataclasses import dataclass

from local import ministack

NAMESPACE = "AWS/SageMaker"


@dataclass(frozen=True, slots=True)
class Invocation:
    """What the metrics of one invocation follow from; durations in seconds."""

    endpoint: str
    variant: str
    instances: int
    status: int  # of the container; 0: it did not answer
    model_seconds: float
    overhead_seconds: float


def values(invocation: Invocation) -> dict[str, tuple[float, str]]:
    """Return value and unit of each metric."""
    client_error = 400 <= invocation.status < 500
    server_error = invocation.status == 0 or invocation.status >= 500
    return {
        "Invocations": (1.0, "None"),
        "InvocationsPerInstance": (1.0 / max(invocation.instances, 1), "None"),
        "ModelLatency": (invocation.model_seconds * 1e6, "Microseconds"),
        "OverheadLatency": (invocation.overhead_seconds * 1e6, "Microseconds"),
        "Invocation4XXErrors": (float(client_error), "None"),
        "Invocation5XXErrors": (float(server_error), "None"),
        "InvocationModelErrors": (float(client_error or server_error), "None"),
    }


def put(invocation: Invocation) -> None:
    """Store the datapoints of one invocation, as SageMaker does without a role."""
    dimensions = {"EndpointName": invocation.endpoint, "VariantName": invocation.variant}
    for name, (value, unit) in values(invocation).items():
        ministack.record_metric(NAMESPACE, name, value, unit, dimensions)
