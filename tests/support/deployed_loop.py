"""The deployed loop from outside: poll a file, run the operator's commands, read rows."""

import contextlib
import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from cli.main import main
from common.times import iso
from scripts import local_terraform
from scripts.provider import SOURCE
from tests.support.deployed_variables import VARIABLES
from tests.support.feature_records import to_values
from tests.support.local_aws import started


@contextlib.contextmanager
def deployed(home, root=SOURCE, defaults=VARIABLES, **variables):
    """Yield a local AWS to which a root module was applied; no call may be denied.

    `variables` are added to the defaults, those of all tests of the root module of the forecaster.
    """
    with started(home) as aws:
        package()
        apply(aws, defaults | variables, root)
        yield aws
        denials = aws.get("iam")["denials"]
    assert denials == []


def package():
    """Build the zips of the functions."""
    subprocess.run([sys.executable, "-m", "scripts.package"], check=True, capture_output=True)


def apply(aws, variables, root=SOURCE):
    """Apply a root module for the first time."""
    local_terraform.init(aws.home, root)
    local_terraform.apply(aws.home, variables, root=root)


def start_poller(aws, outputs, file, log):
    """Start a poller that replays a file; its log lines and metrics go to the log."""
    settings = {
        "AWS_ENDPOINT_URL": aws.url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "EVENT_BUS_NAME": outputs["bus_name"],
        "METRIC_NAMESPACE": "Evergreen/evergreen",
        "POLL_SECONDS": "60",
        "SOURCE": "replay",
        "SOURCE_FILE": str(file),
    }
    return subprocess.Popen(
        [sys.executable, "-m", "poller"],
        env=os.environ | settings,
        stdout=log,
        stderr=subprocess.STDOUT,
    )


def metrics(aws, log):
    """Send the metrics in a log to CloudWatch, as the log driver of a task does."""
    for line in Path(log).read_text().splitlines():
        record = json.loads(line)
        if metadata := record.get("_aws"):
            directive = metadata["CloudWatchMetrics"][0]
            data = [
                {
                    "MetricName": metric["Name"],
                    "Values": record[metric["Name"]],
                    "Timestamp": metadata["Timestamp"] / 1000,
                }
                for metric in directive["Metrics"]
            ]
            aws.client("cloudwatch").put_metric_data(
                Namespace=directive["Namespace"], MetricData=data
            )


def evergreen(aws, *arguments):
    """Run a command -> exit code and JSON document."""
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        code = main([*arguments, "--home", str(aws.home), "--json"])
    return code, json.loads(output.getvalue())


def time_range(start, end):
    """Return the options of a command for a time range."""
    return "--from", iso(start), "--to", iso(end)


def archive(aws, outputs, time, name, body):
    """Put an object into the archive as Firehose would; its events follow with the clock."""
    key = f"raw/{time:%Y/%m/%d/%H}/{name}.gz"
    aws.client("s3").put_object(Bucket=outputs["bucket_name"], Key=key, Body=body)
    return key


def rows(aws, minutes):
    """Read the online rows of minutes (since 1970) -> {minute: row}."""
    store = aws.client("sagemaker-featurestore-runtime")
    found = {}
    for minute in sorted(minutes):
        name = iso(datetime.fromtimestamp(minute * 60, UTC))
        response = store.get_record(
            FeatureGroupName="evergreen-minutes", RecordIdentifierValueAsString=name
        )
        found[minute] = to_values(response.get("Record", []))
    return found


def offline_rows(aws, *options):
    """Read the offline rows as training does -> {minute since 1970: row as numbers}."""
    code, document = evergreen(aws, "minutes", *options)
    assert code == 0
    return {
        int(datetime.fromisoformat(row["tx_minute"]).timestamp()) // 60: numbers(row)
        for row in document["minutes"]
    }


def numbers(row):
    """Return the numbers of a row: transactions, sum of fees, average fee."""
    count, total, average = (
        row[name] for name in ("total_nb_trx_1min", "total_fee_1min", "avg_fee_1min")
    )
    return int(count), int(total), float(average)


def billed_alarms(aws):
    """Return how many alarms are billed: an alarm counts once for each of its metrics."""
    pages = aws.client("cloudwatch").get_paginator("describe_alarms").paginate()
    return sum(
        sum("MetricStat" in query for query in alarm.get("Metrics", [])) or 1
        for page in pages
        for alarm in page["MetricAlarms"]
    )
