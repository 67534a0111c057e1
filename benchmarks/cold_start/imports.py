"""Measure one import: `python -m benchmarks.cold_start.imports TASK NAME` prints a JSON line.

`handler NAME` imports the handler of a function. `boto3 SERVICE,...` imports boto3 and creates
clients of these services, without the client configuration of the function.
"""

import importlib
import json
import os
import sys
from typing import Any

from benchmarks.measure import CpuClock

ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_SECRET_ACCESS_KEY": "x",
    "POWERTOOLS_METRICS_NAMESPACE": "Benchmark",
    "POWERTOOLS_SERVICE_NAME": "benchmark",
}


def handler(name: str) -> dict[str, Any]:
    """Import a handler; return CPU seconds, the services of its clients, and whether pydantic."""
    clock = CpuClock()
    module = importlib.import_module(f"{name}.handler")
    seconds = clock.seconds()
    clients = [value.meta for value in vars(module).values() if hasattr(value, "meta")]
    services = sorted(meta.service_model.service_name for meta in clients)
    return {"cpu": seconds, "services": services, "pydantic": "pydantic" in sys.modules}


def boto3(services: str) -> dict[str, Any]:
    """Import boto3 and create clients; return CPU seconds."""
    clock = CpuClock()
    create = importlib.import_module("boto3").client
    for service in services.split(","):
        create(service)
    return {"cpu": clock.seconds()}


if __name__ == "__main__":
    os.environ.update(ENVIRONMENT)
    print(json.dumps({"handler": handler, "boto3": boto3}[sys.argv[1]](sys.argv[2])))
