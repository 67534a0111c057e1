"""The runtime API of the feature store: put, get and delete records."""

from collections.abc import Mapping
from urllib.parse import unquote

from local import runtime
from local.http_messages import Request, Response, error, json_response
from local.sagemaker.api import ApiError, Json
from local.sagemaker.feature_store import feature_records
from local.sagemaker.feature_store.feature_groups import FeatureGroup, groups
from local.sagemaker.feature_store.feature_records import Record, RecordError

MAX_IDENTIFIERS = 100
ONLINE, OFFLINE = "OnlineStore", "OfflineStore"


def handle(request: Request) -> Response:
    """Handle PUT, GET, DELETE /FeatureGroup/<name> and POST /BatchGetRecord."""
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
    except RecordError as invalid:
        return error("ValidationError", str(invalid))
    except ApiError as rejected:
        return error(rejected.code, rejected.message, rejected.status)
    return json_response({})


def put(name: str, body: Json) -> None:
    """Store a record (PutRecord): always offline, online only if it is newer."""
    group = _writable_group(name)
    definition = group.definition
    values = feature_records.parse(definition, body.get("Record") or [])
    event_time = feature_records.event_nanoseconds(definition, values[definition.event_time])
    expires_at = feature_records.expiry(event_time, body.get("TtlDuration") or group.ttl)
    record = Record(values[definition.identifier], event_time, values, expires_at)
    stores = _stores(group, body.get("TargetStores"))
    if ONLINE in stores and group.online is not None:
        with group.lock:
            if feature_records.replaces(record, group.online.get(record.identifier)):
                group.online[record.identifier] = record
    if OFFLINE in stores and group.offline is not None:
        group.offline.add(record)


def get(name: str, query: Mapping[str, str]) -> Json:
    """Return a record (GetRecord), or an empty response if it is missing, deleted or expired."""
    group = groups.get(name)
    names = query["FeatureName"].split(",") if "FeatureName" in query else None
    record = _visible_record(group, query.get("RecordIdentifierValueAsString", ""))
    if record is None:
        return {}
    return feature_records.format_record(
        group.definition, record, names, query.get("ExpirationTimeResponse")
    )


def batch_get(body: Json) -> Json:
    """Return up to 100 records (BatchGetRecord); missing records are omitted."""
    identifiers = body.get("Identifiers") or []
    count = sum(len(item["RecordIdentifiersValueAsString"]) for item in identifiers)
    if not 1 <= count <= MAX_IDENTIFIERS:
        message = (
            f"Validation Error: Identifiers: got {count} record identifiers, "
            f"expected 1 to {MAX_IDENTIFIERS}."
        )
        raise ApiError("ValidationException", message)
    expiration = body.get("ExpirationTimeResponse")
    records, errors = [], []
    for item in identifiers:
        name = item["FeatureGroupName"]
        for identifier in item["RecordIdentifiersValueAsString"]:
            key = {"FeatureGroupName": name, "RecordIdentifierValueAsString": identifier}
            try:
                group = groups.get(name)
                record = _visible_record(group, identifier)
                if record is not None:
                    names = item.get("FeatureNames")
                    formatted = feature_records.format_record(
                        group.definition, record, names, expiration
                    )
                    records.append({**key, **formatted})
            except (ApiError, RecordError) as rejected:
                code = getattr(rejected, "code", "ValidationError")
                errors.append({**key, "ErrorCode": code, "ErrorMessage": str(rejected)})
    return {"Records": records, "Errors": errors, "UnprocessedIdentifiers": []}


def delete(name: str, query: Mapping[str, str]) -> None:
    """Delete a record (DeleteRecord) if the deletion has a later event time.

    Otherwise SoftDelete only writes the deletion offline, and HardDelete is an error.
    """
    group = _writable_group(name)
    definition = group.definition
    identifier, text = query["RecordIdentifierValueAsString"], query["EventTime"]
    event_time = feature_records.event_nanoseconds(definition, text)
    stores = _stores(group, query["TargetStores"].split(",") if "TargetStores" in query else None)
    hard = query.get("DeletionMode") == "HardDelete"
    if ONLINE in stores and group.online is not None:
        with group.lock:
            newer = feature_records.replaces(
                Record(identifier, event_time, None), group.online.get(identifier)
            )
            if hard and not newer:
                raise RecordError(
                    f"Validation Error: EventTime '{text}' is not later than that of the record."
                )
            if hard:
                group.online.pop(identifier, None)
            elif newer:
                group.online[identifier] = Record(identifier, event_time, None)
    if OFFLINE in stores and group.offline is not None:
        values = {definition.identifier: identifier, definition.event_time: text}
        group.offline.add(Record(identifier, event_time, values), is_deleted=True)


def _writable_group(name: str) -> FeatureGroup:
    """Return a group; a missing one is a ValidationError for writes."""
    try:
        return groups.get(name)
    except ApiError as missing:
        raise ApiError("ValidationError", missing.message) from None


def _stores(group: FeatureGroup, requested: list[str] | None) -> set[str]:
    """Return the stores to write to; raises RecordError for one that the group lacks."""
    existing = {ONLINE: group.online, OFFLINE: group.offline}
    for store in requested or ():
        if existing.get(store) is None:
            raise RecordError(f"Validation Error: The FeatureGroup has no {store}.")
    return set(requested or existing)


def _visible_record(group: FeatureGroup, identifier: str) -> Record | None:
    if group.online is None:
        raise RecordError("Validation Error: The FeatureGroup has no OnlineStore.")
    record = group.online.get(identifier)
    return record if record is not None and record.is_visible(runtime.clock.now()) else None
