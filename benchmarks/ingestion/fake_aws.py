"""AWS within one process: the SDK validates and serializes requests, files answer them.

Objects of S3 are files, so that they do not count as memory of the process that reads them.
"""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

BUCKET = "benchmark"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_SECRET_ACCESS_KEY": "x",
    "FEATURE_GROUPS": '[["minutes",["total_nb_trx_1min","total_fee_1min","avg_fee_1min"]]]',
    "POWERTOOLS_METRICS_NAMESPACE": "Benchmark",
    "POWERTOOLS_SERVICE_NAME": "benchmark",
}


class Account:
    """A bucket and an online store that record the calls."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.reset()

    def reset(self) -> None:
        """Clear rows and records of calls; the files remain."""
        self.rows: dict[str, dict[str, str]] = {}
        self.read: list[Path] = []
        self.calls: dict[str, int] = {}

    def connect(self, client: Any) -> None:
        """Respond to every call of a client, after the SDK has validated and serialized it."""
        client.meta.events.register_first("before-parameter-build", _store_parameters)
        client.meta.events.register_first("before-call", self._respond)

    def _respond(self, model: Any, context: dict[str, Any], **_: object) -> tuple[Any, Any]:
        self.calls[model.name] = self.calls.get(model.name, 0) + 1
        return SimpleNamespace(status_code=200), getattr(self, model.name)(**context["parameters"])

    def GetObject(self, Key: str, **_: object) -> dict[str, Any]:  # noqa: N802, N803 - AWS's names
        """Read a file."""
        self.read.append(self.folder / Key)
        return {"Body": io.BytesIO((self.folder / Key).read_bytes())}

    def PutObject(self, Key: str, Body: io.BytesIO, **_: object) -> dict[str, Any]:  # noqa: N802, N803
        """Write a file."""
        file = self.folder / Key
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(Body.read())
        return {"ETag": file.name}

    def ListObjectsV2(self, Prefix: str, **_: object) -> dict[str, Any]:  # noqa: N802, N803
        """List one folder."""
        files = sorted((self.folder / Prefix).iterdir())
        return {
            "IsTruncated": False,
            "Contents": [
                {"Key": Prefix + file.name, "Size": file.stat().st_size, "ETag": file.name}
                for file in files
            ],
        }

    def PutRecord(self, Record: list[dict[str, str]], **_: object) -> dict[str, Any]:  # noqa: N802, N803
        """Store the row unless the stored one has a later event time."""
        row = {feature["FeatureName"]: feature["ValueAsString"] for feature in Record}
        stored = self.rows.get(row["tx_minute"])
        if stored is None or row["event_time"] > stored["event_time"]:
            self.rows[row["tx_minute"]] = row
        return {}


def _store_parameters(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    context["parameters"] = dict(params)
