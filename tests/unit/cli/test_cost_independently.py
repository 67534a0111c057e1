"""The monthly cost from first principles: prices and quantities as numbers, none of cli/cost.

Prices are AWS's list prices of us-east-1; quantities are what the architecture implies.
"""

import json
import re
from math import ceil

import pytest

from cli.commands import cost
from cli.cost.configuration import Configuration
from tests.support.terraform_source import TERRAFORM
from tests.unit.cli.test_cost import variables

README = (TERRAFORM.parent / "README.md").read_text()
HOURS, DAYS, MINUTES = 730, 730 / 24, 43_800
RATES = [6, 10, 100, 1000]


def independent(rate):
    """Return USD a month of the defaults at a rate of transactions per second."""
    # ① A Fargate task of 0.25 vCPU and 512 MB on arm64, with a public address.
    poller = HOURS * (0.25 * 0.03238 + 0.5 * 0.00356 + 0.005)
    # A poll every 10 s; 273 bytes per transaction in events of at most 256,000 bytes.
    polls, size = MINUTES * 6, rate * 10 * 273
    events_per_poll = ceil(size / 256_000)
    event = size / events_per_poll
    events = polls * events_per_poll
    bus = events * ceil(event / 65_536) * 1e-6
    # ② Firehose bills 5 KB steps; objects of 60 s or 5 MB; a year of gzip (21 %) in S3.
    firehose = events * ceil(event / 5_120) * 5_120 / 1e9 * 0.029
    seconds = min(60, 5 * 2**20 / (rate * 273))
    objects = HOURS * 3600 / seconds
    archive = objects * 5e-6 + rate * 273 * HOURS * 3600 * 0.21 / 1e9 * 12 * 0.023
    # The aggregator: 512 MB, 0.3 s and 80,000 transactions per CPU second of 1,769 MB.
    work = 0.3 + rate * seconds / 80_000 * 1769 / 512
    aggregator = objects * (2e-7 + work * 0.5 * 1.33334e-5 + 5e-6) + objects * 2000 / 1e9 * 0.5
    # A minute has parts of the objects that touch it: written, listed, read by each other.
    parts = 1 + 60 / seconds
    reads = MINUTES * parts * (parts - 1) / 2 + objects
    minutes = MINUTES * parts * (2 * 5e-6 + 1.25e-6) + reads * 4e-7
    ingestion = bus + firehose + archive + aggregator + minutes + (6 * objects + events) * 3e-6
    # ④ ⑥ Five trainings: 5 steps, 2 trainings, 3 comparisons of 5 minutes; 2 h of an endpoint.
    training = 5 * (5 / 60 * ((5 + 3) * 0.115 + 2 * 0.204) + 2 * 0.056 + 75 * 2.5e-5)
    # ⑥ Production, ⑦ 4 monitoring jobs a day, ③ one compaction, on ml.t2.medium and ml.t3.medium.
    running = HOURS * 0.056 + DAYS * 5 / 60 * (4 + 1) * 0.05
    # ⑤ to ⑧: collectors and checks, 3 s of 256 MB each, a trace, a log line, 20 uses of the key.
    invocations = HOURS * 7
    functions = invocations * (2e-7 + 3 * 0.25 * 1.33334e-5 + 5e-6 + 20 * 3e-6 + 2000 / 1e9 * 0.5)
    # Zeros each 15 minutes: 0.1 s of 256 MB, a trace, a log line, the key once.
    functions += HOURS * 4 * (2e-7 + 0.1 * 0.25 * 1.33334e-5 + 5e-6 + 3e-6 + 2000 / 1e9 * 0.5)
    reads_of_monitor = HOURS * 2 * 300 * 2.5e-7
    logs_of_poller = MINUTES * 2 * 400 / 1e9 * 0.5
    # Counted in the console: alarms, metrics of one stage; a key; 4 GB of images; 10 GB scanned.
    fixed = ALARMS * 0.10 + METRICS * 0.30 + 1 + 4 * 0.10 + 10e9 / 1e12 * 5
    # 100,000 requests to the API: gateway, function of 512 MB for 0.1 s, trace, log.
    api = 100_000 * (3.5e-6 + 2e-7 + 0.1 * 0.5 * 1.33334e-5 + 5e-6 + 2000 / 1e9 * 0.5)
    steady = training + running + functions + reads_of_monitor + logs_of_poller + fixed + api
    return poller + ingestion + steady


ALARMS, METRICS = 53, 31  # an alarm on two metrics is billed as two
EARLIER_ERAS = ("850", "480")


def printed(rate):
    """Return what `evergreen cost --rate` prints as the total."""
    return cost.result(Configuration.of(variables.read()), rate).document["total"]


@pytest.mark.parametrize("rate", RATES)
def test_total_is_that_of_an_independent_calculation(rate):
    assert printed(rate) == pytest.approx(independent(rate), rel=0.001)


def test_default_stays_below_75_usd():
    assert printed(None) < 75


def test_readme_has_the_printed_totals_beside_those_of_the_earlier_system():
    rows = dict(re.findall(r"^\| ([\d,]+|default \(6\)) \| (\d+) \|$", README, re.MULTILINE))
    expected = {"default (6)": 6, "10": 10, "100": 100, "1,000": 1000}
    assert {name: int(usd) for name, usd in rows.items()} == {
        name: round(printed(rate)) for name, rate in expected.items()
    }
    assert all(f"{usd} USD" in README for usd in EARLIER_ERAS)


def test_one_more_training_and_a_thousand_forecasts():
    each = cost.result(Configuration.of(variables.read()), None).document["each"]
    training = 5 / 60 * ((5 + 3) * 0.115 + 2 * 0.204) + 2 * 0.056 + 75 * 2.5e-5
    assert each["training"] == pytest.approx(training, rel=0.01)
    forecasts = 1000 * (3.5e-6 + 2e-7 + 0.1 * 0.5 * 1.33334e-5 + 5e-6 + 2000 / 1e9 * 0.5)
    assert each["thousand_forecasts"] == pytest.approx(forecasts, rel=0.01)
    share = 730 * 0.056 / 100
    assert each["thousand_forecasts_with_endpoint"] == pytest.approx(forecasts + share, rel=0.01)
    assert json.dumps(each)
