"""The metrics of an invocation."""

import pytest

from local.sagemaker.hosting.endpoint_metrics import Invocation, values


@pytest.mark.parametrize(
    ("status", "client", "server"),
    [(200, 0, 0), (400, 1, 0), (500, 0, 1), (0, 0, 1)],
    ids=["answer", "client error", "server error", "no answer"],
)
def test_metrics_of_an_invocation(status, client, server):
    found = values(Invocation("loop", "AllTraffic", 2, status, 0.25, 0.001))
    assert found["Invocations"] == (1, "None")
    assert found["InvocationsPerInstance"] == (0.5, "None")
    assert found["ModelLatency"] == (250_000, "Microseconds")
    assert found["OverheadLatency"] == (1_000, "Microseconds")
    assert (found["Invocation4XXErrors"][0], found["Invocation5XXErrors"][0]) == (client, server)
    assert found["InvocationModelErrors"][0] == client + server
