"""Feature groups: what the control plane keeps of them, with their online and offline stores."""

import threading
from dataclasses import dataclass, field
from typing import Any

from local import runtime
from local.sagemaker import state, tags
from local.sagemaker.api import ApiError, operation
from local.sagemaker.feature_records import RESERVED, Definition, Record
from local.sagemaker.offline_store import OfflineStore, resolved_location

Json = dict[str, Any]


@dataclass(slots=True)
class FeatureGroup:
    """A feature group; `lock` guards its online records."""

    described: Json
    definition: Definition
    offline: OfflineStore | None
    online: dict[str, Record] | None  # by identifier; None without an online store
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def ttl(self) -> Json | None:
        """The time to live of records that bring none of their own."""
        return (self.described.get("OnlineStoreConfig") or {}).get("TtlDuration")


_groups: dict[str, FeatureGroup] = {}


def find(name: str, code: str = "ResourceNotFound") -> FeatureGroup:
    """Return a group by name or ARN; raises ApiError."""
    short = name.rpartition("/")[2]
    if short not in _groups:
        message = (
            f"Resource Not Found: Amazon SageMaker can't find a FeatureGroup with name {short}"
        )
        raise ApiError(code, message, 404 if code == "ResourceNotFound" else 400)
    return _groups[short]


@operation("CreateFeatureGroup")
def create(body: Json) -> Json:
    """Make a group, usable at once."""
    name, now = body["FeatureGroupName"], runtime.clock.now()
    if name in _groups:
        raise ApiError("ResourceInUse", f"Resource Already Exists: FeatureGroup {name}")
    definition = _definition(body)
    arn = state.arn("feature-group", name)
    tags.keep(arn, body)
    described = {
        **{key: value for key, value in body.items() if key != "Tags"},
        "FeatureGroupArn": arn,
        "FeatureGroupStatus": "Created",
        "CreationTime": now,
        "LastModifiedTime": now,
        "OnlineStoreTotalSizeBytes": 0,
    }
    described.setdefault("ThroughputConfig", {"ThroughputMode": "OnDemand"})
    online = described.get("OnlineStoreConfig") or {}
    _groups[name] = FeatureGroup(
        described,
        definition,
        _offline(described, definition, name, now),
        {} if online.get("EnableOnlineStore") else None,
    )
    return {"FeatureGroupArn": arn}


def _definition(body: Json) -> Definition:
    types = {f["FeatureName"]: f["FeatureType"] for f in body["FeatureDefinitions"]}
    identifier, event_time = body["RecordIdentifierFeatureName"], body["EventTimeFeatureName"]
    if reserved := RESERVED & set(types):
        raise _invalid(f"FeatureName {sorted(reserved)} are reserved")
    for name in (identifier, event_time):
        if name not in types:
            raise _invalid(f"'{name}' is not one of the FeatureDefinitions")
    if types[event_time] not in {"String", "Fractional"}:
        raise _invalid(f"EventTimeFeature '{event_time}' must be of type String or Fractional")
    return Definition(identifier, event_time, types)


def _invalid(message: str) -> ApiError:
    return ApiError("ValidationException", f"Validation Error: {message}")


def _offline(
    described: Json, definition: Definition, name: str, now: float
) -> OfflineStore | None:
    config = described.get("OfflineStoreConfig")
    if config is None:
        return None
    config.setdefault("TableFormat", "Glue")
    storage = config["S3StorageConfig"]
    storage["ResolvedOutputS3Uri"] = resolved_location(storage["S3Uri"], name, now)
    described["OfflineStoreStatus"] = {"Status": "Active"}
    return OfflineStore(definition, storage["ResolvedOutputS3Uri"], storage.get("KmsKeyId"))


@operation("DescribeFeatureGroup")
def describe(body: Json) -> Json:
    """Show a group."""
    return find(body["FeatureGroupName"]).described


@operation("UpdateFeatureGroup")
def update(body: Json) -> Json:
    """Add features, or change the time to live or the throughput."""
    group = find(body["FeatureGroupName"])
    described = group.described
    for feature in body.get("FeatureAdditions", []):
        if feature["FeatureName"] in {*group.definition.types, *RESERVED}:
            raise _invalid(f"FeatureName '{feature['FeatureName']}' already exists")
        group.definition.types[feature["FeatureName"]] = feature["FeatureType"]
        described["FeatureDefinitions"].append(feature)
    described.get("OnlineStoreConfig", {}).update(body.get("OnlineStoreConfig", {}))
    described["ThroughputConfig"].update(body.get("ThroughputConfig", {}))
    described["LastModifiedTime"] = runtime.clock.now()
    described["LastUpdateStatus"] = {"Status": "Successful"}
    return {"FeatureGroupArn": described["FeatureGroupArn"]}


@operation("DeleteFeatureGroup")
def delete(body: Json) -> Json:
    """Remove a group; what the offline store has written stays in S3."""
    group = find(body["FeatureGroupName"])
    del _groups[group.described["FeatureGroupName"]]
    if group.offline is not None:
        group.offline.drop()
    return {}


@operation("ListFeatureGroups")
def list_groups(body: Json) -> Json:
    """List groups by creation time."""
    contains = body.get("NameContains", "")
    shown = ("FeatureGroupName", "FeatureGroupArn", "CreationTime", "FeatureGroupStatus")
    summaries = [
        {key: group.described[key] for key in shown}
        for name, group in _groups.items()
        if contains in name
    ]
    return {"FeatureGroupSummaries": summaries}
