"""The loop seen from outside: poll a file, run the operator's commands, read rows."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from cli.main import main
from common.times import iso


def start_poller(aws, outputs, file, log):
    """Start to poll a file; metrics and log lines go to the log."""
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
    """Bring the metric lines of a log to CloudWatch, as the log driver does for a task."""
    for line in Path(log).read_text().splitlines():
        record = json.loads(line)
        if about := record.get("_aws"):
            shape = about["CloudWatchMetrics"][0]
            data = [
                {
                    "MetricName": one["Name"],
                    "Value": record[one["Name"]],
                    "Timestamp": about["Timestamp"] / 1000,
                }
                for one in shape["Metrics"]
            ]
            aws.client("cloudwatch").put_metric_data(Namespace=shape["Namespace"], MetricData=data)


def evergreen(aws, capsys, *arguments):
    """Run a command -> exit code and document."""
    code = main([*arguments, "--home", str(aws.home), "--json"])
    return code, json.loads(capsys.readouterr().out)


def rows(aws, minutes):
    """Read the online rows of minutes since 1970 -> {minute: row}."""
    store = aws.client("sagemaker-featurestore-runtime")
    found = {}
    for minute in sorted(minutes):
        name = iso(datetime.fromtimestamp(minute * 60, UTC))
        answer = store.get_record(
            FeatureGroupName="evergreen-minutes", RecordIdentifierValueAsString=name
        )
        found[minute] = {
            one["FeatureName"]: one["ValueAsString"] for one in answer.get("Record", [])
        }
    return found


def offline_rows(aws, capsys, *span):
    """Read the offline rows as the training does -> {minute since 1970: row as numbers}."""
    code, held = evergreen(aws, capsys, "minutes", *span)
    assert code == 0
    return {
        int(datetime.fromisoformat(row["tx_minute"]).timestamp()) // 60: said(row)
        for row in held["minutes"]
    }


def said(row):
    """Read a row as numbers -> transactions, their fees, the average."""
    count, total, average = (
        row[name] for name in ("total_nb_trx_1min", "total_fee_1min", "avg_fee_1min")
    )
    return int(count), int(total), float(average)
