"""The operations on endpoints: create, update, change weights and counts, delete."""

from local import ministack, runtime
from local.sagemaker import store, tags
from local.sagemaker.api import LOCK, ApiError, Json, operation
from local.sagemaker.hosting import rollout, shift
from local.sagemaker.hosting.endpoint import IN_PROGRESS, Endpoint
from local.sagemaker.hosting.endpoint_configs import configs

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
    deployment = body.get("DeploymentConfig") or {}
    _rollout(deployment, config)
    record = {"EndpointName": name, "EndpointArn": arn, "CreationTime": runtime.clock.now()}
    endpoint = Endpoint(record, config, deployment=deployment)
    endpoints.add(name, endpoint)
    tags.store(arn, body)
    endpoint.set_status("Creating", EndpointConfigName=config["EndpointConfigName"])
    runtime.clock.spawn(shift.create, endpoint, config)
    return {"EndpointArn": arn}


@operation("UpdateEndpoint")
def update(body: Json) -> Json:
    """Serve another configuration; rejected while another change is in progress."""
    endpoint = _idle_endpoint(body["EndpointName"], "update")
    config = configs.get(body["EndpointConfigName"])
    deployment = body.get("DeploymentConfig") or {}
    if body.get("RetainDeploymentConfig"):
        deployment = endpoint.deployment
    plan = _rollout(deployment, config)
    endpoint.deployment, endpoint.update = deployment, body
    summary = {
        "EndpointConfigName": config["EndpointConfigName"],
        "StartTime": runtime.clock.now(),
    }
    endpoint.set_status("Updating", PendingDeploymentSummary=summary)
    runtime.clock.spawn(shift.update, endpoint, config, plan)
    return {"EndpointArn": endpoint.record["EndpointArn"]}


@operation("UpdateEndpointWeightsAndCapacities")
def update_weights_and_capacities(body: Json) -> Json:
    """Change weights and instance counts of variants that serve."""
    endpoint = _idle_endpoint(body["EndpointName"], "update")
    if endpoint.fleet is None:
        raise ApiError("ValidationException", f"Endpoint {endpoint.name} is not in service.")
    variants = endpoint.fleet.production
    changes = {change["VariantName"]: change for change in body["DesiredWeightsAndCapacities"]}
    if unknown := changes.keys() - variants.keys():
        names = ", ".join(sorted(unknown))
        raise ApiError("ValidationException", f"Variant {names} not found in {endpoint.name}.")
    for name, change in changes.items():
        if "DesiredInstanceCount" in change and variants[name].serverless():
            message = f"DesiredInstanceCount: variant {name} is serverless"
            raise ApiError("ValidationException", message)
        if change.get("DesiredInstanceCount") == 0:
            message = f"DesiredInstanceCount of {name}: got 0, expected at least 1"
            raise ApiError("ValidationException", message)
    endpoint.set_status("Updating")
    runtime.clock.spawn(shift.resize, endpoint, changes)
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
    if endpoint.fleet:
        endpoint.fleet.close()
    endpoints.remove(endpoint.name)


def resume(endpoint: Endpoint) -> None:
    """Continue to serve, update or delete an endpoint whose processes are gone.

    An interrupted update begins again, after the start of what served before it.
    """
    if endpoint.status == "Deleting":
        runtime.clock.spawn(_delete, endpoint)
    elif endpoint.status != "Failed":
        runtime.clock.spawn(_resume, endpoint)


def _resume(endpoint: Endpoint) -> None:
    request, endpoint.update = endpoint.update, None
    if endpoint.status == "Creating" or request is None:
        shift.create(endpoint, endpoint.config)
        return
    shift.create(endpoint, endpoint.config)
    if endpoint.status == "InService":
        with LOCK:
            update(request)


def _rollout(deployment: Json, config: Json) -> rollout.Rollout:
    """Return the rollout of an update; raises ApiError as SageMaker refuses it."""
    counts = [variant.get("InitialInstanceCount", 1) for variant in config["ProductionVariants"]]
    try:
        plan = rollout.parse(deployment, sum(counts))
    except rollout.RolloutError as refused:
        raise ApiError("ValidationException", str(refused)) from None
    if missing := [name for name in plan.alarms if ministack.alarms.get(name) is None]:
        raise ApiError("ValidationException", f"Alarms not found: {', '.join(missing)}")
    return plan


def _idle_endpoint(name: str, verb: str) -> Endpoint:
    endpoint = endpoints.get(name)
    if endpoint.status in IN_PROGRESS:
        arn = endpoint.record["EndpointArn"]
        raise ApiError("ValidationException", f"Cannot {verb} in-progress endpoint {arn}.")
    return endpoint
