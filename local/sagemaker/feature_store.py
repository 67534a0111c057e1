"""The feature store's runtime API: records in, records out; online in memory, offline in S3."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote

from local import runtime
from local.http import Request, Response, error, json_response
from local.sagemaker.api import ApiError
from local.sagemaker.feature_groups import FeatureGroup, find
from local.sagemaker.feature_records import (
    Record,
    RecordError,
    event_nanoseconds,
    expiry,
    parse,
    replaces,
    shown_record,
)

Json = dict[str, Any]
MOST_IDENTIFIERS = 100
ONLINE, OFFLINE = "OnlineStore", "OfflineStore"


def handle(request: Request) -> Response:
    """Answer PUT, GET, DELETE /FeatureGroup/<name> and POST /BatchGetRecord."""
    parts = unquote(request.path).split("/", 2)
    try:
        if (request.method, parts[1]) == ("POST", "BatchGetRecord"):
            return json_response(batch_get(request.json()))
        if request.method == "GET":
            return json_response(get(parts[2], request.query))
        if request.method == "PUT":
            put(parts[2], request.json())
        elif request.method == "DELETE":
            delete(parts[2], request.query)
        else:
            return error("UnknownOperationException", f"{request.method} {request.path}")
    except RecordError as refused:
        return error("ValidationError", str(refused))
    except ApiError as refused:
        return error(refused.code, refused.message, refused.status)
    return json_response({})


def put(name: str, body: Json) -> None:
    """PutRecord: the offline store takes every record, the online store only a newer one."""
    group = find(name, "ValidationError")
    definition = group.definition
    values = parse(definition, body.get("Record") or [])
    moment = event_nanoseconds(definition, values[definition.event_time])
    lifetime = body.get("TtlDuration") or group.ttl
    record = Record(values[definition.identifier], moment, values, expiry(moment, lifetime))
    stores = _stores(group, body.get("TargetStores"))
    if ONLINE in stores and group.online is not None:
        with group.lock:
            if replaces(record, group.online.get(record.identifier)):
                group.online[record.identifier] = record
    if OFFLINE in stores and group.offline is not None:
        group.offline.add(record)


def get(name: str, query: Mapping[str, str]) -> Json:
    """GetRecord: an unknown, deleted or expired record is an empty answer."""
    group = find(name)
    names = query["FeatureName"].split(",") if "FeatureName" in query else None
    record = _alive(group, query.get("RecordIdentifierValueAsString", ""))
    if record is None:
        return {}
    return shown_record(group.definition, record, names, query.get("ExpirationTimeResponse"))


def batch_get(body: Json) -> Json:
    """BatchGetRecord: at most 100 identifiers in all; those without a record are left out."""
    wanted = body.get("Identifiers") or []
    count = sum(len(item["RecordIdentifiersValueAsString"]) for item in wanted)
    if not 1 <= count <= MOST_IDENTIFIERS:
        message = (
            f"Validation Error: {count} record identifiers given; "
            f"BatchGetRecord takes 1 to {MOST_IDENTIFIERS}."
        )
        raise ApiError("ValidationException", message)
    expiration = body.get("ExpirationTimeResponse")
    records, errors = [], []
    for item in wanted:
        name = item["FeatureGroupName"]
        for identifier in item["RecordIdentifiersValueAsString"]:
            which = {"FeatureGroupName": name, "RecordIdentifierValueAsString": identifier}
            try:
                group = find(name)
                record = _alive(group, identifier)
                if record is not None:
                    names = item.get("FeatureNames")
                    shown = shown_record(group.definition, record, names, expiration)
                    records.append({**which, **shown})
            except (ApiError, RecordError) as refused:
                code = getattr(refused, "code", "ValidationError")
                errors.append({**which, "ErrorCode": code, "ErrorMessage": str(refused)})
    return {"Records": records, "Errors": errors, "UnprocessedIdentifiers": []}


def delete(name: str, query: Mapping[str, str]) -> None:
    """DeleteRecord: by default a deletion with a later event time hides the record.

    An older deletion leaves the online record alone: SoftDelete still writes it offline,
    HardDelete is refused.
    """
    group = find(name, "ValidationError")
    definition = group.definition
    identifier, text = query["RecordIdentifierValueAsString"], query["EventTime"]
    moment = event_nanoseconds(definition, text)
    stores = _stores(group, query["TargetStores"].split(",") if "TargetStores" in query else None)
    hard = query.get("DeletionMode") == "HardDelete"
    if ONLINE in stores and group.online is not None:
        with group.lock:
            newer = replaces(Record(identifier, moment, None), group.online.get(identifier))
            if hard and not newer:
                raise RecordError(f"Validation Error: EventTime '{text}' is not a later one.")
            if hard:
                group.online.pop(identifier, None)
            elif newer:
                group.online[identifier] = Record(identifier, moment, None)
    if OFFLINE in stores and group.offline is not None:
        values = {definition.identifier: identifier, definition.event_time: text}
        group.offline.add(Record(identifier, moment, values), is_deleted=True)


def _stores(group: FeatureGroup, asked: list[str] | None) -> set[str]:
    """Return the stores to write to; asking for one that the group lacks is an error."""
    there = {ONLINE: group.online, OFFLINE: group.offline}
    for store in asked or ():
        if there.get(store) is None:
            raise RecordError(f"Validation Error: The FeatureGroup has no {store}.")
    return set(asked or there)


def _alive(group: FeatureGroup, identifier: str) -> Record | None:
    if group.online is None:
        raise RecordError("Validation Error: The FeatureGroup has no OnlineStore.")
    record = group.online.get(identifier)
    return record if record is not None and record.alive(runtime.clock.now()) else None
