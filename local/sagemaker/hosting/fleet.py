"""The instances that serve an endpoint configuration: one process each, by variant."""

import threading
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from local import runtime
from local.containers.container import Log
from local.iam import agents, principals
from local.sagemaker.api import ApiError, Json
from local.sagemaker.hosting import models
from local.sagemaker.hosting.serving_container import ServingContainer
from local.turns import WeightedTurns
from local.vpc.network import Network

DRAIN_SECONDS = 60.0  # for the requests that an instance still answers: as long as one may take


@dataclass(slots=True)
class Instance:
    """One container and the number of requests that it is answering."""

    container: ServingContainer
    busy: int = 0


@dataclass(slots=True)
class Variant:
    """The instances of one variant; a serverless variant has one process."""

    endpoint: str
    spec: Json  # the variant in the endpoint configuration
    weight: float
    session: str = ""  # access key of the session of the model's role
    instances: list[Instance] = field(default_factory=list)
    _turn: int = 0
    _idle: threading.Condition = field(default_factory=threading.Condition)

    @property
    def name(self) -> str:
        """The variant's name."""
        return str(self.spec["VariantName"])

    def start(self, count: int) -> None:
        """Start instances until there are `count`; raises what stops a container from starting."""
        model_name = self.spec["ModelName"]
        model, role = models.container(model_name), models.role(model_name)
        network = Network.of(models.vpc_config(model_name))
        self.session = self.session or principals.assume(
            role, "sagemaker", "SageMaker", network=network
        )
        agents.join_network(self.session, network)
        while len(self.instances) < count:
            host = f"i-{uuid.uuid4().hex[:17]}"
            log = Log(
                f"/aws/sagemaker/Endpoints/{self.endpoint}",
                f"{self.name}/{host}",
                runtime.home / "logs" / "endpoints" / f"{self.endpoint}.log",
            )
            base = runtime.home / "work" / "endpoints" / f"{self.endpoint}-{host}"
            agents.write_log(self.session, log.group, log.stream)
            agents.put_metrics(self.session, "/aws/sagemaker/Endpoints")
            container = ServingContainer(model, self.session, base, log, {}, self.name)
            with self._idle:
                self.instances.append(Instance(container))

    def stop(self, count: int) -> None:
        """Stop instances until there are `count`, each after the requests that it answers."""
        with self._idle:
            stopping = self.instances[count:]
            del self.instances[count:]
            self._idle.wait_for(lambda: not any(i.busy for i in stopping), DRAIN_SECONDS)
        for instance in stopping:
            instance.container.close()

    def serverless(self) -> Json | None:
        """Return the ServerlessConfig, None with instances."""
        return self.spec.get("ServerlessConfig")

    def acquire(self) -> Instance:
        """Return the next instance in turn, which is not stopped before `release`."""
        with self._idle:
            self._turn += 1
            instance = self.instances[self._turn % len(self.instances)]
            instance.busy += 1
            return instance

    def release(self, instance: Instance) -> None:
        """Give an instance back."""
        with self._idle:
            instance.busy -= 1
            self._idle.notify_all()


class NoCapacityError(Exception):
    """A serverless variant answers as many requests as it may."""


@contextmanager
def leased(variant: Variant, instance: Instance) -> Iterator[ServingContainer]:
    """Release an acquired instance at the end of a `with`."""
    try:
        limit = (variant.serverless() or {}).get("MaxConcurrency")
        if limit is not None and instance.busy > limit:
            raise NoCapacityError
        yield instance.container
    finally:
        variant.release(instance)


class Fleet:
    """All instances of an endpoint configuration."""

    def __init__(
        self, endpoint: str, config: Json, counts: Mapping[str, int], weights: Mapping[str, float]
    ) -> None:
        """Start all instances, or none; counts and weights override the configuration's.

        Raises AccessDeniedError, ApiError, ServingError, UnknownImageError or OSError.
        """
        self.config = config
        self.production = self._variants(endpoint, "ProductionVariants", weights)
        self.shadow = self._variants(endpoint, "ShadowProductionVariants", {})
        self._turns = WeightedTurns()
        self._shadow_turns = WeightedTurns()
        try:
            for variant in self.variants():
                variant.start(
                    counts.get(variant.name) or variant.spec.get("InitialInstanceCount", 1)
                )
        except BaseException:
            self.close()
            raise

    def _variants(
        self, endpoint: str, kind: str, weights: Mapping[str, float]
    ) -> dict[str, Variant]:
        found = {}
        for spec in self.config.get(kind) or []:
            name = spec["VariantName"]
            weight = weights.get(name, spec.get("InitialVariantWeight", 1.0))
            found[name] = Variant(endpoint, spec, weight)
        return found

    def variants(self) -> list[Variant]:
        """Return all variants."""
        return [*self.production.values(), *self.shadow.values()]

    def instance_count(self) -> int:
        """Return the number of production instances."""
        return sum(len(variant.instances) for variant in self.production.values())

    def next_variant(self, target: str | None) -> Variant:
        """Return the production variant of the next request; raises ApiError."""
        if target is None:
            weights = {name: variant.weight for name, variant in self.production.items()}
            return self.production[self._turns.next(weights)]
        if target not in self.production:
            message = f"Variant {target} not found, expected one of {', '.join(self.production)}"
            raise ApiError("ValidationError", message)
        return self.production[target]

    def next_shadow(self) -> Variant | None:
        """Return the shadow variant if the next request is copied to it.

        Its weight relative to that of the production variant is the share of copied requests.
        """
        for variant in self.shadow.values():
            [production] = self.production.values()
            rest = max(production.weight - variant.weight, 0.0)
            if self._shadow_turns.next({variant.name: variant.weight, "": rest}):
                return variant
        return None

    def close(self) -> None:
        """Stop all instances, each after the requests that it answers."""
        for variant in self.variants():
            variant.stop(0)

    def summaries(self, kind: str = "production") -> list[Json]:
        """Return the variants as in DescribeEndpoint."""
        return [_summary(variant) for variant in getattr(self, kind).values()]


def _summary(variant: Variant) -> Json:
    weights = {"CurrentWeight": variant.weight, "DesiredWeight": variant.weight}
    capacity: Json
    if config := variant.serverless():
        capacity = {"CurrentServerlessConfig": config, "DesiredServerlessConfig": config}
    else:
        count = len(variant.instances)
        capacity = {"CurrentInstanceCount": count, "DesiredInstanceCount": count}
    return {"VariantName": variant.name, **weights, **capacity}
