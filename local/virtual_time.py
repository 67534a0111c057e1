"""MiniStack's time stamps are the clock's: objects, parameters, log streams, tasks, images."""

import importlib

from local import shims

# What the services import from here (`now_iso`, `now_epoch`) is looked up in it when called.
SHARED = "ministack.core.responses"
# SQS keeps the machine's time: its long polling waits on it, and nothing here reads its stamps.
SERVICES = ["cloudwatch_logs", "ecr", "s3", "ssm"]


def install() -> None:
    """Replace the time globals of the services that need nothing else."""
    for name in [SHARED, *(f"ministack.services.{service}" for service in SERVICES)]:
        shims.install(importlib.import_module(name))
