"""Fake Feature Store behind botocore, which validates and signs every request."""

import json
import re
from contextlib import contextmanager
from urllib.parse import unquote

from botocore.awsrequest import AWSResponse

from tests.support.feature_records import batch_response, to_values


class Body:
    def __init__(self, content):
        self.content = content

    def stream(self, **_):
        yield self.content


def response(request, content, status=200):
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    headers = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return AWSResponse(request.url, status, headers, Body(body))


@contextmanager
def stubbed(client, operation, reply):
    """Handle one operation of a client by `reply(request)` within the block."""
    event = f"before-send.{client.meta.service_model.service_id.hyphenize()}.{operation}"
    client.meta.events.register_first(event, reply)
    try:
        yield
    finally:
        client.meta.events.unregister(event, reply)


class FeatureStore:
    """Online rows by minute; only a record with a later event time replaces a row."""

    def __init__(self):
        self.rows, self.batches = {}, []
        self.unprocessed = 0  # identifiers to leave unprocessed in the next batch; halved after it

    def put(self, request, **_):
        record = to_values(json.loads(request.body)["Record"])
        known = self.rows.get(record["tx_minute"])
        if known is None or record["event_time"] > known["event_time"]:
            self.rows[record["tx_minute"]] = record
        self.group = unquote(re.search("/FeatureGroup/([^/?]+)", request.url)[1])
        return response(request, b"")

    def batch(self, request, **_):
        [requested] = json.loads(request.body)["Identifiers"]
        group, minutes = requested["FeatureGroupName"], requested["RecordIdentifiersValueAsString"]
        self.batches.append(len(minutes))
        later, now = minutes[: self.unprocessed], minutes[self.unprocessed :]
        self.unprocessed //= 2
        rest = [{**requested, "RecordIdentifiersValueAsString": later}] if later else []
        rows = [self.rows[minute] for minute in now if minute in self.rows]
        return response(request, batch_response(group, rows, rest))
