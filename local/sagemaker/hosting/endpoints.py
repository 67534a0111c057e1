"""Endpoints as serving processes; an update replaces the process once the new one responds."""

import re
import uuid
from dataclasses import dataclass
from typing import Any

from local import runtime
from local.containers import images
from local.containers.container import Log
from local.events import event_bus
from local.iam import agents, principals
from local.iam.policies import AccessDeniedError
from local.sagemaker import store, tags
from local.sagemaker.api import LOCK, ApiError, Json, operation
from local.sagemaker.hosting import models
from local.sagemaker.hosting.endpoint_configs import capture_summary, configs
from local.sagemaker.hosting.serving_container import ServingContainer, ServingError
from local.vpc.network import Network

IN_PROGRESS = frozenset({"Creating", "Updating", "Deleting"})
IN_EVENT = ("EndpointName", "EndpointArn", "EndpointConfigName", "FailureReason")


@dataclass(slots=True)
class Endpoint:
    """One endpoint: the response of DescribeEndpoint, its configuration and its process."""

    record: Json
    config: Json
    serving: ServingContainer | None = None
    session: str = ""  # access key of the session of the model's role
    target: Json | None = None  # the configuration of an update in progress

    @property
    def variant(self) -> Json:
        """The first production variant."""
        variant: Json = self.config["ProductionVariants"][0]
        return variant

    def set_status(self, status: str, **changes: Any) -> None:
        """Change status and record, and send the event."""
        with LOCK:
            now, arn = runtime.clock.now(), self.record["EndpointArn"]
            self.record |= changes | {"EndpointStatus": status, "LastModifiedTime": now}
            detail = {key: self.record.get(key) for key in IN_EVENT}
            detail |= {
                "ProductionVariants": self.record.get("ProductionVariants", []),
                "EndpointStatus": re.sub(r"(?<=[a-z])(?=[A-Z])", "_", status).upper(),
                "CreationTime": int(self.record["CreationTime"] * 1000),
                "LastModifiedTime": int(now * 1000),
                "Tags": tags.get(arn),
            }
            event_bus.emit("aws.sagemaker", "SageMaker Endpoint State Change", detail, [arn])


endpoints: store.Store[Endpoint] = store.Store(
    "endpoint",
    missing='Could not find endpoint "{arn}".',
    taken='Cannot create already existing endpoint "{arn}".',
)
LISTED = ("EndpointName", "EndpointArn", "EndpointStatus", "CreationTime", "LastModifiedTime")
store.register_reads(endpoints, "Endpoint", LISTED, "Endpoints", lambda endpoint: endpoint.record)


@operation("CreateEndpoint")
def create(body: Json) -> Json:
    """Start serving a configuration under a new name."""
    name = body["EndpointName"]
    arn = endpoints.arn(name)
    endpoints.require_free(name)
    config = configs.get(body["EndpointConfigName"])
    record = {"EndpointName": name, "EndpointArn": arn, "CreationTime": runtime.clock.now()}
    endpoint = Endpoint(record, config)
    endpoints.add(name, endpoint)
    tags.store(arn, body)
    endpoint.set_status("Creating", EndpointConfigName=config["EndpointConfigName"])
    runtime.clock.spawn(_serve, endpoint, config)
    return {"EndpointArn": arn}


@operation("UpdateEndpoint")
def update(body: Json) -> Json:
    """Serve another configuration; rejected while another change is in progress."""
    endpoint = _idle_endpoint(body["EndpointName"], "update")
    config = configs.get(body["EndpointConfigName"])
    endpoint.target = config
    endpoint.set_status("Updating")
    runtime.clock.spawn(_serve, endpoint, config)
    return {"EndpointArn": endpoint.record["EndpointArn"]}


@operation("DeleteEndpoint")
def delete(body: Json) -> Json:
    """Stop serving; rejected while a change is in progress."""
    endpoint = _idle_endpoint(body["EndpointName"], "delete")
    endpoint.set_status("Deleting")
    runtime.clock.spawn(_delete, endpoint)
    return {}


def _delete(endpoint: Endpoint) -> None:
    """Stop serving; the endpoint exists until all of its output is in the log."""
    if endpoint.serving:
        endpoint.serving.close()
    endpoints.remove(endpoint.record["EndpointName"])


def resume(endpoint: Endpoint) -> None:
    """Continue to serve, update or delete an endpoint whose process is gone."""
    status = endpoint.record["EndpointStatus"]
    if status == "Deleting":
        runtime.clock.spawn(_delete, endpoint)
    elif status != "Failed":
        runtime.clock.spawn(_serve, endpoint, endpoint.target or endpoint.config)


def _idle_endpoint(name: str, verb: str) -> Endpoint:
    endpoint = endpoints.get(name)
    if endpoint.record["EndpointStatus"] in IN_PROGRESS:
        arn = endpoint.record["EndpointArn"]
        raise ApiError("ValidationException", f"Cannot {verb} in-progress endpoint {arn}.")
    return endpoint


def _serve(endpoint: Endpoint, config: Json) -> None:
    """Start the model of a configuration, then replace the process that served before."""
    name, old = endpoint.record["EndpointName"], endpoint.serving
    variant = config["ProductionVariants"][0]
    host = f"i-{uuid.uuid4().hex[:17]}"
    log = Log(
        f"/aws/sagemaker/Endpoints/{name}",
        f"{variant['VariantName']}/{host}",
        runtime.home / "logs" / "endpoints" / f"{name}.log",
    )
    base = runtime.home / "work" / "endpoints" / f"{name}-{host}"
    try:
        model, role = models.container(variant["ModelName"]), models.role(variant["ModelName"])
        network = Network.of(models.vpc_config(variant["ModelName"]))
        key = principals.assume(role, "sagemaker", "SageMaker", network=network)
        agents.join_network(key, network)
        agents.write_log(key, log.group, log.stream)
        agents.put_metrics(key, "/aws/sagemaker/Endpoints")
        serving = ServingContainer(model, key, base, log, {})
    except (AccessDeniedError, ApiError, ServingError, images.UnknownImageError, OSError) as error:
        endpoint.set_status("InService" if old else "Failed", FailureReason=str(error))
        return
    except Exception as error:
        endpoint.set_status("InService" if old else "Failed", FailureReason=repr(error))
        raise
    count = variant.get("InitialInstanceCount", 1)
    weights = {"VariantName": variant["VariantName"], "CurrentWeight": 1.0, "DesiredWeight": 1.0}
    counts = {"CurrentInstanceCount": count, "DesiredInstanceCount": count}
    with LOCK:
        endpoint.config, endpoint.serving, endpoint.session = config, serving, key
        endpoint.target = None
        for field in ("FailureReason", "DataCaptureConfig"):
            endpoint.record.pop(field, None)
        endpoint.set_status(
            "InService",
            EndpointConfigName=config["EndpointConfigName"],
            ProductionVariants=[weights | counts],
            **capture_summary(config),
        )
    if old:
        old.close()
