"""Endpoints: a serving process behind a name; the old one serves until the new one answers."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from local import events, images, runtime
from local.sagemaker import containers, endpoint_configs, models, state, tags
from local.sagemaker.api import ApiError, operation
from local.sagemaker.serving import Serving, ServingError

Json = dict[str, Any]
BUSY = frozenset({"Creating", "Updating", "Deleting"})


@dataclass(slots=True)
class Endpoint:
    """One endpoint: what Describe answers, its configuration and its process."""

    record: Json
    config: Json
    serving: Serving | None = None

    @property
    def variant(self) -> Json:
        """Its (first) production variant."""
        found: Json = self.config["ProductionVariants"][0]
        return found

    def move(self, status: str, **facts: Any) -> None:
        """Change status and facts, and send the event of it."""
        self.record |= facts | {
            "EndpointStatus": status,
            "LastModifiedTime": runtime.clock.now(),
        }
        detail = {
            key: self.record.get(key)
            for key in ("EndpointName", "EndpointArn", "EndpointConfigName", "FailureReason")
        }
        detail |= {
            "ProductionVariants": self.record.get("ProductionVariants", []),
            "EndpointStatus": re.sub(r"(?<=[a-z])(?=[A-Z])", "_", status).upper(),
            "CreationTime": int(self.record["CreationTime"] * 1000),
            "LastModifiedTime": int(self.record["LastModifiedTime"] * 1000),
            "Tags": tags.of(self.record["EndpointArn"]),
        }
        arn = self.record["EndpointArn"]
        events.emit("aws.sagemaker", "SageMaker Endpoint State Change", detail, [arn])


_endpoints: dict[str, Endpoint] = {}


@operation("CreateEndpoint")
def create(body: Json) -> Json:
    """Start serving a configuration under a new name."""
    name = body["EndpointName"]
    arn = state.arn("endpoint", name)
    if name in _endpoints:
        raise ApiError("ValidationException", f'Cannot create already existing endpoint "{arn}".')
    config = endpoint_configs.find(body["EndpointConfigName"])
    record = {"EndpointName": name, "EndpointArn": arn, "CreationTime": runtime.clock.now()}
    endpoint = _endpoints[name] = Endpoint(record, config)
    tags.keep(arn, body)
    endpoint.move("Creating", EndpointConfigName=config["EndpointConfigName"])
    runtime.clock.spawn(_serve, endpoint, config)
    return {"EndpointArn": arn}


@operation("UpdateEndpoint")
def update(body: Json) -> Json:
    """Serve another configuration; refused while the last change is not done."""
    endpoint = find(body["EndpointName"])
    arn, status = endpoint.record["EndpointArn"], endpoint.record["EndpointStatus"]
    if status in BUSY:
        raise ApiError("ValidationException", f"Cannot update in-progress endpoint {arn}.")
    config = endpoint_configs.find(body["EndpointConfigName"])
    endpoint.move("Updating")
    runtime.clock.spawn(_serve, endpoint, config)
    return {"EndpointArn": arn}


@operation("DescribeEndpoint")
def describe(body: Json) -> Json:
    """Show an endpoint."""
    return find(body["EndpointName"]).record


@operation("DeleteEndpoint")
def delete(body: Json) -> Json:
    """Stop serving."""
    endpoint = find(body["EndpointName"])
    if endpoint.record["EndpointStatus"] in BUSY:
        arn = endpoint.record["EndpointArn"]
        raise ApiError("ValidationException", f"Cannot delete in-progress endpoint {arn}.")
    endpoint.move("Deleting")
    del _endpoints[body["EndpointName"]]
    if endpoint.serving:
        runtime.clock.spawn(endpoint.serving.close)
    return {}


@operation("ListEndpoints")
def list_endpoints(body: Json) -> Json:
    """List endpoints."""
    fields = ("Name", "Arn", "Status")
    found = [
        {f"Endpoint{part}": endpoint.record[f"Endpoint{part}"] for part in fields}
        | {key: endpoint.record[key] for key in ("CreationTime", "LastModifiedTime")}
        for name, endpoint in _endpoints.items()
        if body.get("NameContains", "") in name
    ]
    return state.page("Endpoints", found, body, name="EndpointName")


def find(name: str) -> Endpoint:
    """Return an endpoint; raises ApiError when there is none."""
    if name not in _endpoints:
        arn = state.arn("endpoint", name)
        raise ApiError("ValidationException", f'Could not find endpoint "{arn}".')
    return _endpoints[name]


def _serve(endpoint: Endpoint, config: Json) -> None:
    """Start the model of a configuration, then let it take the place of the old one."""
    name, old = endpoint.record["EndpointName"], endpoint.serving
    variant = config["ProductionVariants"][0]
    group, host = f"/aws/sagemaker/Endpoints/{name}", f"i-{uuid.uuid4().hex[:17]}"
    log = containers.Log(
        group,
        f"{variant['VariantName']}/{host}",
        runtime.home / "logs" / "endpoints" / f"{name}.log",
    )
    base = runtime.home / "work" / "endpoints" / f"{name}-{host}"
    try:
        serving = Serving(models.container(variant["ModelName"]), base, log, {})
    except (ServingError, ApiError, images.UnknownImageError, OSError) as error:
        reason = {"FailureReason": str(error)}
        endpoint.move("InService" if old else "Failed", **reason)
        return
    except Exception as error:
        endpoint.move("InService" if old else "Failed", FailureReason=repr(error))
        raise
    count = variant.get("InitialInstanceCount", 1)
    shown = {"VariantName": variant["VariantName"], "CurrentWeight": 1.0, "DesiredWeight": 1.0}
    counts = {"CurrentInstanceCount": count, "DesiredInstanceCount": count}
    endpoint.config, endpoint.serving = config, serving
    for gone in ("FailureReason", "DataCaptureConfig"):
        endpoint.record.pop(gone, None)
    endpoint.move(
        "InService",
        EndpointConfigName=config["EndpointConfigName"],
        ProductionVariants=[shown | counts],
        **endpoint_configs.capture(config),
    )
    if old:
        old.close()
