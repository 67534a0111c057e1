"""Latency and cost by rate: the aggregator is measured at each rate, the rest is calculated."""

from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from typing import Any

from benchmarks.ingestion import costs, latency, stream
from benchmarks.ingestion.speeds import TASKS, Log, Speed
from benchmarks.measure import run_alone
from benchmarks.report import table
from cli.prices import prices

RATES = (10, 100, 1_000, 10_000)
LIMITED_RATE = 1_000  # at this rate the aggregator runs within 512 MB of address space
SECONDS = 80  # of stream: the first minute is complete after that


@dataclass(frozen=True, slots=True)
class RateResult:
    """Measurements at one rate (transactions per second), and what follows from them."""

    rate: int
    load: costs.Load
    cpu: float  # seconds of the most expensive object
    peak_mb: float
    lambda_latency: latency.Latency
    flink_latency: latency.Latency | None
    lambda_usd: costs.Items
    flink_usd: costs.Items | None
    kpus: int  # that Flink would need if it scaled linearly; 0: not measured
    limit_shares: dict[str, float]


def measure(home: Path, log: Log, poller: Speed, flink: Speed, firings: float) -> list[RateResult]:
    """Measure each rate."""
    results = []
    for rate in RATES:
        log(f"aggregator at {rate:,} transactions per second")
        folder = home / f"rate-{rate}"
        size = stream.write(folder, rate, SECONDS)
        memory = latency.LAMBDA_MB if rate == LIMITED_RATE else 0
        run = run_alone(TASKS, "aggregator", folder, memory, 0, 1)
        packed = sum(file.stat().st_size for file in folder.glob("*.gz"))
        results.append(_result(rate, size, packed, run, poller, flink, firings))
    return results


def _result(
    rate: int,
    size: int,
    packed: int,
    run: dict[str, Any],
    poller: Speed,
    flink: Speed,
    firings: float,
) -> RateResult:
    poll_seconds, price = stream.POLL_SECONDS, prices()
    object_seconds = stream.Buffer.configured().fills_in(size / SECONDS)
    load = costs.Load(
        size / SECONDS, packed / size, poll_seconds, object_seconds, 1 + 60 / object_seconds
    )
    cpu = max(run["each"])
    limit_shares = latency.limit_shares(
        rate=rate,
        bytes_per_second=load.bytes_per_second,
        put_events=load.events / costs.SECONDS,
        parts_per_minute=load.parts_per_minute,
        poller_speed=poller.per_cpu_second,
        flink_speed=flink.per_cpu_second,
        object_seconds=object_seconds,
        lambda_seconds=latency.lambda_seconds(cpu),
        lambda_peak_mb=run["peak"],
    )
    speed = flink.per_cpu_second
    kpus = ceil(rate / speed) if speed else 0
    return RateResult(
        rate,
        load,
        cpu,
        run["peak"],
        latency.lambda_latency(poll_seconds, object_seconds, cpu),
        latency.flink_latency(poll_seconds, rate, speed, kpus) if kpus else None,
        costs.engine_lambda(load, latency.lambda_seconds(cpu), price),
        costs.engine_flink(load, kpus, firings, price) if kpus else None,
        kpus,
        limit_shares,
    )


def show(results: list[RateResult]) -> None:
    """Print the tables: latency and cost with their items, shares of limits."""
    rates = [f"{result.rate:,}/s" for result in results]
    print("\nSeconds from a minute's end to its complete row, with their parts\n")
    rows: list[list[object]] = [
        ["poll, at most", *(float(result.lambda_latency.poll) for result in results)],
        ["lambda: Firehose's buffer, at most", *(r.lambda_latency.wait for r in results)],
        ["lambda: CPU s of the most expensive object", *(result.cpu for result in results)],
        ["lambda: the same at 512/1769 of a vCPU", *(r.lambda_latency.work for r in results)],
        ["lambda: mean (half of the waits)", *(r.lambda_latency.mean for r in results)],
        ["lambda: maximum", *(result.lambda_latency.maximum for result in results)],
    ]
    flink = [result.flink_latency for result in results if result.flink_latency]
    if flink:
        rows += [
            ["flink: watermark", *(each.wait for each in flink)],
            ["flink: KPUs, if it scales linearly", *(result.kpus for result in results)],
            ["flink: work of one poll on them, batch", *(each.work for each in flink)],
            ["flink: mean", *(each.watermark_mean for each in flink)],
            ["flink: maximum", *(each.maximum for each in flink)],
        ]
    print(table(("", *rates), rows))
    print("\nUSD per month (us-east-1; cli/prices.json)\n")
    print(table(("", *rates), _cost_rows("lambda", [result.lambda_usd for result in results])))
    flink_usd = [result.flink_usd for result in results if result.flink_usd]
    print(table(("", *rates), _cost_rows("flink", flink_usd)) if flink_usd else "flink: no data")
    print("\nShare of each limit; above 1 the configuration does not suffice\n")
    names = results[0].limit_shares
    shares = [[name, *(result.limit_shares[name] for result in results)] for name in names]
    print(table(("", *rates), shares))


def _cost_rows(engine: str, items: list[costs.Items]) -> list[list[object]]:
    rows: list[list[object]] = [
        [f"{engine}: {name}", *(each[name] for each in items)] for name in items[0]
    ]
    return [*rows, [f"{engine}: total", *(sum(each.values()) for each in items)]]


def as_json(results: list[RateResult]) -> list[dict[str, Any]]:
    """Return all numbers."""
    return [asdict(result) for result in results]


def recompute(results: list[RateResult]) -> dict[str, float]:
    """Return seconds and MB of the object that completes a minute of 60,000 transactions."""
    [result] = [result for result in results if result.rate == LIMITED_RATE]
    return {"recompute_mb": result.peak_mb, "recompute_seconds": result.lambda_latency.work}
