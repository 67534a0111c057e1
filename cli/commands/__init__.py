"""The commands, in the order of `evergreen --help`."""

# ruff: noqa: I001 - the order of imports is the order in which the commands are listed
from cli.commands import status
from cli.commands import approve
from cli.commands import rollback
from cli.commands import endpoint
from cli.commands import retrain
from cli.commands import hyperparameters
from cli.commands import history
from cli.commands import monitor
from cli.commands import drift
from cli.commands import experiments
from cli.commands import lineage
from cli.commands import minutes
from cli.commands import sql
from cli.commands import audit
from cli.commands import replay
from cli.commands import backfill
from cli.commands import api
from cli.commands import traffic
from cli.commands import batch
from cli.commands import cost
from cli.commands import dead_letters
from cli.commands import pause
from cli.commands import console
from cli.commands import env

__all__ = [
    "api",
    "approve",
    "audit",
    "backfill",
    "batch",
    "console",
    "cost",
    "dead_letters",
    "drift",
    "endpoint",
    "env",
    "experiments",
    "history",
    "hyperparameters",
    "lineage",
    "minutes",
    "monitor",
    "pause",
    "replay",
    "retrain",
    "rollback",
    "sql",
    "status",
    "traffic",
]
