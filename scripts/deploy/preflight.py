"""What is checked and shown before anything changes."""

from collections.abc import Callable
from typing import Any

from cli.commands.cost import result
from cli.cost.configuration import Configuration
from cli.terminal import print_body
from scripts.deploy import quotas
from scripts.deploy.builders import Builder
from scripts.deploy.runner import DeployError
from scripts.deploy.state_bucket import StateBucket
from scripts.deploy.target import Target


class Preflight:
    """Shows target and cost, and checks quotas, image builder and lock; changes nothing."""

    title = "checks before anything changes"

    def __init__(
        self,
        clients: Callable[[str], Any],
        target: Target,
        builder: Builder,
        bucket: StateBucket,
        *,
        ignore_quotas: bool,
    ) -> None:
        self._clients, self._target, self._builder = clients, target, builder
        self._bucket, self._ignore_quotas = bucket, ignore_quotas

    def is_done(self) -> bool:
        """Return False: what was true in an earlier run may have changed."""
        return False

    def run(self) -> None:
        """Check everything; raises DeployError."""
        print(f"  {self._target}; images {self._target.image_tag}", flush=True)
        if holder := self._bucket.lock():
            raise DeployError(
                f"the state is locked: {holder}. Wait for it, or if it was killed: "
                f"`make deploy ARGS='--unlock {holder.split()[0]}'`"
            )
        self._builder.check()
        config = Configuration.of(self._target.variables)
        self._check_quotas(config)
        print_body(result(config, None, region=self._target.region).body)

    def _check_quotas(self, config: Configuration) -> None:
        wanted = quotas.needs(config)
        found, errors = quotas.read(
            self._clients("service-quotas"), {need.service for need in wanted}
        )
        low, unknown = quotas.shortfalls(wanted, found)
        if errors:
            print(f"  quotas that could not be read: {'; '.join(errors)}")
        elif unknown:
            print(f"  quotas that AWS does not list: {'; '.join(unknown)}")
        if low and not self._ignore_quotas:
            raise DeployError(
                "\n  ".join(["quotas are too low:", *low, "or deploy with ARGS=--ignore-quotas"])
            )
        for line in low:
            print(f"  quota ignored: {line}")
