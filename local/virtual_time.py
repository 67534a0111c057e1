"""MiniStack's time stamps are the clock's: objects, parameters, log streams, tasks, images."""

import importlib

from local import shims

# SQS keeps the machine's time: its long polling waits on it, and nothing here reads its stamps.
SERVICES = ["cloudwatch_logs", "ecr", "s3", "ssm"]


def install() -> None:
    """Replace the time globals of the services that need nothing else."""
    for name in SERVICES:
        shims.install(importlib.import_module(f"ministack.services.{name}"))
