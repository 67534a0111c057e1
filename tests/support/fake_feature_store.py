"""A Feature Store on the wire: botocore checks and signs requests, then this answers them."""

import json
import re
from contextlib import contextmanager
from urllib.parse import unquote

from botocore.awsrequest import AWSResponse


class Body:
    def __init__(self, content):
        self.content = content

    def stream(self, **_):
        yield self.content


def answer(request, content, status=200):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return AWSResponse(request.url, status, headers, Body(body))


@contextmanager
def answered(client, operation, reply):
    """Answer one operation of a client by `reply(request)` while in the block."""
    event = f"before-send.{client.meta.service_model.service_id.hyphenize()}.{operation}"
    client.meta.events.register_first(event, reply)
    try:
        yield
    finally:
        client.meta.events.unregister(event, reply)


class FeatureStore:
    """Online rows by minute: a record stays unless its successor's event time is later."""

    def __init__(self):
        self.rows, self.batches = {}, []
        self.leave = 0  # how many identifiers of the next batches stay unprocessed

    def put(self, request, **_):
        record = {
            one["FeatureName"]: one["ValueAsString"] for one in json.loads(request.body)["Record"]
        }
        known = self.rows.get(record["tx_minute"])
        if known is None or record["event_time"] > known["event_time"]:
            self.rows[record["tx_minute"]] = record
        self.group = unquote(re.search("/FeatureGroup/([^/?]+)", request.url)[1])
        return answer(request, b"")

    def batch(self, request, **_):
        [requested] = json.loads(request.body)["Identifiers"]
        group, minutes = requested["FeatureGroupName"], requested["RecordIdentifiersValueAsString"]
        self.batches.append(len(minutes))
        now, later = minutes[self.leave :], minutes[: self.leave]
        self.leave //= 2
        records = [self._result(group, minute) for minute in now if minute in self.rows]
        unprocessed = [{**requested, "RecordIdentifiersValueAsString": later}] if later else []
        return answer(
            request, {"Records": records, "Errors": [], "UnprocessedIdentifiers": unprocessed}
        )

    def _result(self, group, minute):
        record = [
            {"FeatureName": name, "ValueAsString": value}
            for name, value in self.rows[minute].items()
        ]
        return {
            "FeatureGroupName": group,
            "RecordIdentifierValueAsString": minute,
            "Record": record,
        }
