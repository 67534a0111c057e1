"""Use of AWS by stages ① to ③ of a configuration. Pure."""

from cli.cost import ingestion
from cli.cost.assumptions import Assumptions
from cli.cost.configuration import Configuration
from cli.cost.functions import LOG_GB_PER_INVOCATION
from cli.cost.ingestion import Load
from cli.cost.use import DAYS, Use

BUFFER_SECONDS, BUFFER_BYTES = 60, 5 * 2**20  # of Firehose: modules/event_archive
AGGREGATOR_SHARE = 512 / 1769  # of a vCPU that a Lambda function with 512 MB has


def uses(config: Configuration, rate: float, assumed: Assumptions) -> list[Use]:
    """Return what the poller and the engine use, nothing without a stream."""
    if not config.is_polling or rate <= 0:
        return []
    bytes_per_second = rate * assumed.bytes_per_transaction
    object_seconds = min(BUFFER_SECONDS, BUFFER_BYTES / bytes_per_second)
    months = 12 if config.expire_raw_days is None else config.expire_raw_days / DAYS
    load = Load(
        bytes_per_second,
        assumed.compressed_share,
        config.poll_seconds,
        object_seconds,
        1 + 60 / object_seconds,
        months,
    )
    shared = ingestion.shared(load, public_address=config.public_address)
    if config.engine == "flink":
        kpus = config.flink_parallelism
        engine = ingestion.engine_flink(load, kpus, 1, config.flink_shards)
    else:
        cpu = rate * object_seconds / assumed.aggregated_per_second
        seconds = assumed.aggregator_seconds + cpu / AGGREGATOR_SHARE
        engine = ingestion.engine_lambda(load, seconds)
    copies = [  # rows are written to every version of the feature group
        Use(use.service, use.item, use.quantity * config.feature_versions, use.price)
        if use.service == "Feature Store"
        else use
        for use in engine
    ]
    # The key is used per object with a bucket key at most once, and per record of a stream.
    requests = load.objects * 6 + load.events
    return [
        *shared,
        *copies,
        Use("KMS", "requests of ① to ③", requests, "kms_request"),
        Use("X-Ray", "traces of ②", load.objects, "xray_trace"),
        Use("CloudWatch", "logs of ②", load.objects * LOG_GB_PER_INVOCATION, "logs_gb"),
    ]
