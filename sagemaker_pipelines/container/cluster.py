"""The instances of one training job: its place among them, and what they exchange (torch, gloo).

Each has the same series, averages its gradients with the others after every batch, and ends with
the same network; the first writes it. With one instance, everything here does nothing.
"""

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from common.errors import bad_value
from sagemaker_pipelines.paths import JobError

if TYPE_CHECKING:
    from torch import nn

PORT = "7777"
PARTS = "ShardedByS3Key"  # S3DataDistributionType: each instance has some of the objects


@dataclass(frozen=True, slots=True)
class Place:
    """Which of how many instances this is; 0 is the first, algo-1."""

    rank: int = 0
    size: int = 1


_ALONE = Place()
_current = [_ALONE]


def place() -> Place:
    """Return the place of this instance in the joined cluster."""
    return _current[0]


@contextmanager
def joined(resources: Path, environment: Mapping[str, str]) -> Iterator[Place]:
    """Join the instances that resourceconfig.json lists, until the end of the block.

    The first instance is found by its host name, or by MASTER_ADDR and MASTER_PORT.
    """
    hosts, own, interface = _read(resources)
    if len(hosts) == 1:
        yield _ALONE
        return
    # Imported here because it takes seconds, which one instance may not need.
    import torch.distributed as dist  # noqa: PLC0415

    os.environ["GLOO_SOCKET_IFNAME"] = interface
    address = environment.get("MASTER_ADDR", hosts[0])
    url = f"tcp://{address}:{environment.get('MASTER_PORT', PORT)}"
    _current[0] = Place(hosts.index(own), len(hosts))
    dist.init_process_group("gloo", init_method=url, rank=place().rank, world_size=place().size)
    try:
        yield place()
        dist.barrier()  # the first instance keeps the connections until all are done
    finally:
        _current[0] = _ALONE
        dist.destroy_process_group()


def _read(resources: Path) -> tuple[list[str], str, str]:
    """Return all hosts, this one and the network interface; without the file it is alone."""
    if not resources.is_file():
        return ["algo-1"], "algo-1", "lo"
    document = json.loads(resources.read_text())
    hosts, own = document["hosts"], document["current_host"]
    if own not in hosts:
        raise JobError(bad_value("resourceconfig.json: current_host", own, " or ".join(hosts)))
    # algo-10 comes after algo-9.
    ordered = sorted(hosts, key=lambda host: (len(host), host))
    return ordered, own, document.get("network_interface_name", "eth0")


def gather(items: list[Any]) -> list[Any]:
    """Return the items of all instances, in their order."""
    if place().size == 1:
        return items
    import torch.distributed as dist  # noqa: PLC0415

    parts: list[Any] = [None] * place().size
    dist.all_gather_object(parts, items)
    return [item for part in parts for item in part]


def from_first(value: Any) -> Any:
    """Return the value of the first instance."""
    if place().size == 1:
        return value
    import torch.distributed as dist  # noqa: PLC0415

    values = [value]
    dist.broadcast_object_list(values, src=0)
    return values[0]


def average_gradients(network: "nn.Module") -> None:
    """Replace the gradients by their averages over the instances."""
    if place().size == 1:
        return
    import torch  # noqa: PLC0415
    import torch.distributed as dist  # noqa: PLC0415

    gradients = [p.grad for p in network.parameters() if p.grad is not None]
    flat = torch.cat([gradient.reshape(-1) for gradient in gradients])
    dist.all_reduce(flat)
    flat /= place().size
    begin = 0
    for gradient in gradients:
        gradient.copy_(flat[begin : begin + gradient.numel()].view_as(gradient))
        begin += gradient.numel()
