"""The instances of a training: each is a process with an /opt/ml of its own, on loopback.

The first is the job's own process, whose model and metrics count; the others run beside it.
"""

import contextvars
import json
import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from local import processes
from local.containers import container
from local.sagemaker.api import Json
from local.sagemaker.jobs import job_process
from local.sagemaker.jobs.job import Job

PARTS = "ShardedByS3Key"
LOOPBACK = "127.0.0.1"


def hosts(job: Job) -> list[str]:
    """Return the names of the instances of a job."""
    count = job.record["ResourceConfig"].get("InstanceCount", 1)
    return [f"algo-{number}" for number in range(1, count + 1)]


def base(job: Job, host: str) -> Path:
    """Return the folder that is /opt/ml for an instance."""
    return job.base if host == "algo-1" else job.base / "instances" / host


def prepare(job: Job) -> None:
    """Write the configuration files and download the channels of all instances."""
    for host in hosts(job):
        _prepare(job, host)


def _prepare(job: Job, host: str) -> None:
    folder = base(job, host)
    for name in ("model", "output/data", "input/config", "input/data"):
        (folder / name).mkdir(parents=True)
    channels = job.record["InputDataConfig"]
    config = {
        "hyperparameters": job.record["HyperParameters"],
        "resourceconfig": {
            "current_host": host,
            "hosts": hosts(job),
            "network_interface_name": "lo",
        },
        "inputdataconfig": {c["ChannelName"]: _channel_config(c) for c in channels},
    }
    for name, value in config.items():
        (folder / "input" / "config" / f"{name}.json").write_text(json.dumps(value))
    for channel in channels:
        uri = channel["DataSource"]["S3DataSource"]["S3Uri"]
        target = folder / "input" / "data" / channel["ChannelName"]
        job_process.download_input(job, uri, target)
        if _channel_config(channel)["S3DistributionType"] == PARTS:
            _keep_share(target, hosts(job).index(host), len(hosts(job)))


def _keep_share(folder: Path, number: int, count: int) -> None:
    """Delete the files that other instances have."""
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    for position, file in enumerate(files):
        if position % count != number:
            file.unlink()


def _channel_config(channel: Json) -> Json:
    """Return the entry of a channel in inputdataconfig.json."""
    source = channel["DataSource"]["S3DataSource"]
    config = {
        "TrainingInputMode": "File",
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel["RecordWrapperType"],
    }
    return config | {key: channel[key] for key in ("ContentType",) if key in channel}


@contextmanager
def others(job: Job, argv: list[str], env: dict[str, str]) -> Iterator[dict[str, str]]:
    """Run the other instances; yield the environment of the first, which names where they meet."""
    rest = hosts(job)[1:]
    if not rest:
        yield env
        return
    # Host names such as algo-1 are not known here.
    with socket.create_server((LOOPBACK, 0)) as probe:
        port = str(probe.getsockname()[1])
    shared = env | {"MASTER_ADDR": LOOPBACK, "MASTER_PORT": port}
    running = [
        container.start(argv, shared | {"SAGEMAKER_BASE_DIR": str(base(job, host))})
        for host in rest
    ]
    with ThreadPoolExecutor(len(running)) as followers:
        for host, process in zip(rest, running, strict=True):
            stream = job.log.stream.replace("/algo-1-", f"/{host}-")
            log = replace(job.log, stream=stream)
            context = contextvars.copy_context()
            followers.submit(context.run, container.follow, process, log)
        try:
            yield shared
        finally:
            for process in running:
                processes.stop(process)
