"""Reports of monitoring jobs in the data bucket. Pure."""

from datetime import datetime


def prefix(endpoint: str, analysis: str) -> str:
    """Return the prefix of all reports of an analysis."""
    return f"monitoring-jobs/{endpoint}/{analysis}/"


def folder(endpoint: str, analysis: str, time: datetime) -> str:
    """Return the folder of the report of an hour."""
    return f"{prefix(endpoint, analysis)}{time:%Y/%m/%d/%H}"
