"""Feature groups: the operations of the control plane, with their online and offline stores."""

import threading
from dataclasses import dataclass, field, replace

from local import runtime
from local.iam import encrypted_resources
from local.sagemaker import store, tags
from local.sagemaker.api import ApiError, Json, operation
from local.sagemaker.feature_store.feature_records import RESERVED, Definition, Record
from local.sagemaker.feature_store.offline_store import OfflineStore, resolved_location


@dataclass(slots=True)
class FeatureGroup:
    """A feature group; `lock` guards the online records."""

    record: Json
    definition: Definition
    offline: OfflineStore | None
    online: dict[str, Record] | None  # by identifier; None without an online store
    lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def online_key(self) -> str | None:
        """The key that encrypts the online store."""
        config = self.record.get("OnlineStoreConfig") or {}
        key: str | None = (config.get("SecurityConfig") or {}).get("KmsKeyId")
        return key

    @property
    def ttl(self) -> Json | None:
        """The default time to live of records."""
        return (self.record.get("OnlineStoreConfig") or {}).get("TtlDuration")


groups: store.Store[FeatureGroup] = store.Store(
    "feature-group",
    missing="Resource Not Found: Amazon SageMaker can't find a FeatureGroup with name {name}",
    taken="Resource Already Exists: FeatureGroup {name}",
    missing_code="ResourceNotFound",
    missing_status=404,
    taken_code="ResourceInUse",
)
encrypted_resources.register("sagemaker", lambda arn: groups.get(arn).online_key)
LISTED = ("FeatureGroupName", "FeatureGroupArn", "CreationTime", "FeatureGroupStatus")
store.register_reads(
    groups, "FeatureGroup", LISTED, "FeatureGroupSummaries", lambda group: group.record
)


@operation("CreateFeatureGroup")
def create(body: Json) -> Json:
    """Create a group with status Created."""
    name, now = body["FeatureGroupName"], runtime.clock.now()
    groups.require_free(name)
    definition, arn = _definition(body), groups.arn(name)
    record: Json = {"ThroughputConfig": {"ThroughputMode": "OnDemand"}} | store.without_tags(body)
    record |= {
        "FeatureGroupArn": arn,
        "FeatureGroupStatus": "Created",
        "CreationTime": now,
        "LastModifiedTime": now,
        "OnlineStoreTotalSizeBytes": 0,
    }
    online = (record.get("OnlineStoreConfig") or {}).get("EnableOnlineStore")
    offline = _offline_store(record, definition, name, now)
    groups.add(name, FeatureGroup(record, definition, offline, {} if online else None))
    tags.store(arn, body)
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


def _offline_store(
    record: Json, definition: Definition, name: str, now: float
) -> OfflineStore | None:
    config = record.get("OfflineStoreConfig")
    if config is None:
        return None
    config.setdefault("TableFormat", "Glue")
    storage = config["S3StorageConfig"]
    storage["ResolvedOutputS3Uri"] = resolved_location(storage["S3Uri"], name, now)
    record["OfflineStoreStatus"] = {"Status": "Active"}
    location, key = storage["ResolvedOutputS3Uri"], storage.get("KmsKeyId")
    return OfflineStore(definition, location, key, record["RoleArn"])


@operation("UpdateFeatureGroup")
def update(body: Json) -> Json:
    """Add features, or change the time to live or the throughput."""
    group = groups.get(body["FeatureGroupName"])
    record, types = group.record, dict(group.definition.types)
    for feature in body.get("FeatureAdditions", []):
        if feature["FeatureName"] in {*types, *RESERVED}:
            raise _invalid(f"FeatureName '{feature['FeatureName']}' already exists")
        types[feature["FeatureName"]] = feature["FeatureType"]
        record["FeatureDefinitions"].append(feature)
    group.definition = replace(group.definition, types=types)
    if group.offline is not None:
        group.offline.definition = group.definition
    record.get("OnlineStoreConfig", {}).update(body.get("OnlineStoreConfig", {}))
    record["ThroughputConfig"].update(body.get("ThroughputConfig", {}))
    record["LastModifiedTime"] = runtime.clock.now()
    record["LastUpdateStatus"] = {"Status": "Successful"}
    return {"FeatureGroupArn": record["FeatureGroupArn"]}


@operation("DeleteFeatureGroup")
def delete(body: Json) -> Json:
    """Delete a group; the objects of the offline store stay in S3."""
    group = groups.remove(body["FeatureGroupName"])
    if group.offline is not None:
        group.offline.discard()
    return {}
