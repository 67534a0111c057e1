"""How latency and cost grow with the rate: the aggregator measured at each, the rest composed."""

from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import Any

from benchmarks.ingestion import costs, latency, stream
from benchmarks.ingestion.speeds import WORK, Say, Speed
from benchmarks.measure import alone
from benchmarks.report import table

RATES = (10, 100, 1_000, 10_000)
LIMITED = 1_000  # at this rate the aggregator runs within 512 MB of address space
SECONDS = 80  # of stream: the first minute is complete after that


@dataclass(frozen=True, slots=True)
class Step:
    """One rate: what was measured, and what follows from it."""

    rate: int
    load: costs.Load
    cpu: float  # seconds of the dearest object
    peak_mb: float
    of_lambda: latency.Latency
    of_flink: latency.Latency | None
    lambda_usd: costs.Items
    flink_usd: costs.Items | None
    kpus: int  # that Flink would need, if more made it faster in proportion; 0: not measured
    pressure: dict[str, float]


def steps(home: Path, say: Say, poller: Speed, flink: Speed, firings: float) -> list[Step]:
    """Measure each rate."""
    found = []
    for rate in RATES:
        say(f"aggregator at {rate:,} transactions a second")
        folder = home / f"rate-{rate}"
        size = stream.write(folder, rate, SECONDS)
        limit = latency.LAMBDA_MB if rate == LIMITED else 0
        run = alone(WORK, "aggregator", folder, limit, 0, 1)
        packed = sum(file.stat().st_size for file in folder.glob("*.gz"))
        found.append(_step(rate, size, packed, run, poller, flink, firings))
    return found


def _step(
    rate: int,
    size: int,
    packed: int,
    run: dict[str, Any],
    poller: Speed,
    flink: Speed,
    firings: float,
) -> Step:
    polls, price = stream.POLL_SECONDS, costs.prices()
    object_seconds = stream.Buffer.configured().fills_in(size / SECONDS)
    load = costs.Load(
        size / SECONDS, packed / size, polls, object_seconds, 1 + 60 / object_seconds
    )
    cpu = max(run["each"])
    pressure = latency.shares(
        rate=rate,
        bytes_a_second=load.bytes_a_second,
        put_events=load.events / costs.SECONDS,
        parts_a_minute=load.parts_a_minute,
        poller_events=poller.events,
        flink_events=flink.events,
        object_seconds=object_seconds,
        lambda_seconds=latency.in_lambda(cpu),
        lambda_peak_mb=run["peak"],
    )
    kpus = ceil(rate / flink.events) if flink.events else 0
    return Step(
        rate,
        load,
        cpu,
        run["peak"],
        latency.of_lambda(polls, object_seconds, cpu),
        latency.of_flink(polls, rate, flink.events, kpus) if kpus else None,
        costs.engine_lambda(load, latency.in_lambda(cpu), price),
        costs.engine_flink(load, kpus, firings, price) if kpus else None,
        kpus,
        pressure,
    )


def show(found: list[Step]) -> None:
    """Print the tables: latency with what it is made of, cost with its items, limits."""
    rates = [f"{step.rate:,}/s" for step in found]
    print("\nSeconds from a minute's end to its complete row, and what they are made of\n")
    rows: list[list[object]] = [
        ["poll, at most", *(float(step.of_lambda.poll) for step in found)],
        ["lambda: Firehose's buffer, at most", *(step.of_lambda.wait for step in found)],
        ["lambda: CPU s of the dearest object, here", *(step.cpu for step in found)],
        ["lambda: the same at 512/1769 of a vCPU", *(step.of_lambda.work for step in found)],
        ["lambda: mean (half of the waits)", *(step.of_lambda.mean for step in found)],
        ["lambda: at most", *(step.of_lambda.most for step in found)],
    ]
    flink = [step.of_flink for step in found if step.of_flink]
    if flink:
        rows += [
            ["flink: watermark", *(one.wait for one in flink)],
            ["flink: KPUs, if more made it faster", *(step.kpus for step in found)],
            ["flink: work of one poll on them, batch", *(one.work for one in flink)],
            ["flink: mean", *(one.watermark_mean for one in flink)],
            ["flink: at most", *(one.most for one in flink)],
        ]
    print(table(("", *rates), rows))
    print("\nUSD a month (us-east-1; benchmarks/ingestion/prices.json)\n")
    print(table(("", *rates), _costs("lambda", [step.lambda_usd for step in found])))
    paid = [step.flink_usd for step in found if step.flink_usd]
    print(table(("", *rates), _costs("flink", paid)) if paid else "flink: not measured")
    print("\nShare of each limit; above 1 it does not work as configured\n")
    names = found[0].pressure
    shares = [[name, *(step.pressure[name] for step in found)] for name in names]
    print(table(("", *rates), shares))


def _costs(engine: str, items: list[costs.Items]) -> list[list[object]]:
    rows: list[list[object]] = [
        [f"{engine}: {name}", *(one[name] for one in items)] for name in items[0]
    ]
    return [*rows, [f"{engine}: all", *(sum(one.values()) for one in items)]]


def as_json(found: list[Step]) -> list[dict[str, Any]]:
    """Return all numbers."""
    return [asdict(step) for step in found]


def recompute(found: list[Step]) -> dict[str, float]:
    """Return seconds and MB of the object that completes a minute of 60,000 transactions."""
    [step] = [step for step in found if step.rate == LIMITED]
    return {"recompute_mb": step.peak_mb, "recompute_seconds": step.of_lambda.work}
