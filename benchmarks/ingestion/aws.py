"""AWS for one process: the SDK runs as ever, up to the network.

S3 keeps objects in a folder, so that they are not counted as memory of who reads them.
"""

import io
from pathlib import Path
from types import SimpleNamespace
from typing import Any

BUCKET = "benchmark"
SETTINGS = {
    "AWS_ACCESS_KEY_ID": "x",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_SECRET_ACCESS_KEY": "x",
    "FEATURE_GROUPS": '[["minutes",["total_nb_trx_1min","total_fee_1min","avg_fee_1min"]]]',
    "POWERTOOLS_METRICS_NAMESPACE": "Benchmark",
    "POWERTOOLS_SERVICE_NAME": "benchmark",
}


class Account:
    """A bucket and an online store; remembers what was asked for."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.forget()

    def forget(self) -> None:
        """Begin anew; the files stay."""
        self.rows: dict[str, dict[str, str]] = {}
        self.read: list[Path] = []
        self.calls: dict[str, int] = {}

    def answer_for(self, client: Any) -> None:
        """Answer every call of a client, after it was checked and serialised."""
        client.meta.events.register_first("before-parameter-build", _remember)
        client.meta.events.register_first("before-call", self._answer)

    def _answer(self, model: Any, context: dict[str, Any], **_: object) -> tuple[Any, Any]:
        self.calls[model.name] = self.calls.get(model.name, 0) + 1
        return SimpleNamespace(status_code=200), getattr(self, model.name)(**context["given"])

    def GetObject(self, Key: str, **_: object) -> dict[str, Any]:  # noqa: N802, N803 - AWS's names
        """Read a file."""
        self.read.append(self.folder / Key)
        return {"Body": io.BytesIO((self.folder / Key).read_bytes())}

    def PutObject(self, Key: str, Body: io.BytesIO, **_: object) -> dict[str, Any]:  # noqa: N802, N803
        """Write a file."""
        place = self.folder / Key
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(Body.read())
        return {"ETag": place.name}

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
        """Keep the row with the latest event time."""
        row = {one["FeatureName"]: one["ValueAsString"] for one in Record}
        known = self.rows.get(row["tx_minute"])
        if known is None or row["event_time"] > known["event_time"]:
            self.rows[row["tx_minute"]] = row
        return {}


def _remember(params: dict[str, Any], context: dict[str, Any], **_: object) -> None:
    context["given"] = dict(params)
