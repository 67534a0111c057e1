"""Dashboards and alarms as deployed: each of their metrics is one that somebody emits."""

import gzip
import json
import re
from dataclasses import dataclass

import pytest

from tests.support import emitted_metrics
from tests.support.deployed_loop import archive

pytestmark = pytest.mark.integration

OWN = "Evergreen/evergreen"
SIGNS = "①②③④⑤⑥⑦⑧"
PUBLISHED = ["calibration", "coverage", "mase", "mean_wql", "pit", "rmse"]
FREE_METRICS = 50  # of each of the three free dashboards
SEARCH = re.compile(r"SEARCH\('\{(?P<schema>[^}]+)\} MetricName=\"(?P<name>\w+)\"")
# What AWS emits: page of its documentation, dimensions and names.
VARIANT = frozenset({"EndpointName", "VariantName"})
AWS = {
    # docs.aws.amazon.com/lambda/latest/dg/monitoring-metrics-types.html
    ("AWS/Lambda", frozenset({"FunctionName"})): {
        "Duration",
        "Errors",
        "Invocations",
        "Throttles",
    },
    ("AWS/Lambda", frozenset({"ExecutedVersion", "FunctionName", "Resource"})): {"Errors"},
    ("AWS/Lambda", frozenset()): {"ConcurrentExecutions", "Throttles"},
    # docs.aws.amazon.com/sagemaker/latest/dg/monitoring-cloudwatch.html
    ("AWS/SageMaker", VARIANT): {
        "Invocation4XXErrors",
        "Invocation5XXErrors",
        "Invocations",
        "ModelLatency",
    },
    ("/aws/sagemaker/Endpoints", VARIANT): {"CPUUtilization", "MemoryUtilization"},
    ("AWS/Sagemaker/ModelBuildingPipeline", frozenset({"PipelineName"})): {
        "ExecutionFailed",
        "ExecutionSucceeded",
    },
    # docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
    ("AWS/States", frozenset({"StateMachineArn"})): {"ExecutionsFailed", "ExecutionsSucceeded"},
    # docs.aws.amazon.com/firehose/latest/dg/monitoring-with-cloudwatch-metrics.html
    ("AWS/Firehose", frozenset({"DeliveryStreamName"})): {"DeliveryToS3.DataFreshness"},
    # docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-metrics-and-dimensions.html
    ("AWS/ApiGateway", frozenset({"ApiName"})): {"4XXError", "5XXError", "Count", "Latency"},
    ("AWS/ApiGateway", frozenset({"ApiName", "Stage"})): {"5XXError"},
    # docs.aws.amazon.com/AWSSimpleQueueService: "Available CloudWatch metrics for Amazon SQS"
    ("AWS/SQS", frozenset({"QueueName"})): {"ApproximateNumberOfMessagesVisible"},
    # docs.aws.amazon.com/AmazonCloudWatch: monitor_estimated_charges_with_cloudwatch.html
    ("AWS/Billing", frozenset({"Currency"})): {"EstimatedCharges"},
}


@dataclass(frozen=True)
class Metric:
    namespace: str
    name: str
    dimensions: tuple = ()  # of name and value; value None: of any value

    @property
    def form(self):
        return self.namespace, frozenset(name for name, _ in self.dimensions)


def parse(entry):
    """Return the metric of a widget's entry."""
    if isinstance(entry[0], dict):
        found = SEARCH.search(entry[0]["expression"])
        namespace, *names = found["schema"].split(",")
        return Metric(namespace, found["name"], tuple((name, None) for name in names))
    namespace, name, *rest = [part for part in entry if isinstance(part, str)]
    return Metric(namespace, name, tuple(zip(rest[::2], rest[1::2], strict=True)))


@pytest.fixture(scope="module")
def dashboards(aws):
    """Return the widgets of each dashboard."""
    cloudwatch = aws.client("cloudwatch")
    names = [entry["DashboardName"] for entry in cloudwatch.list_dashboards()["DashboardEntries"]]
    return {
        name: json.loads(cloudwatch.get_dashboard(DashboardName=name)["DashboardBody"])["widgets"]
        for name in names
    }


@pytest.fixture(scope="module")
def shown(dashboards):
    return {
        name: [parse(m) for widget in widgets for m in widget["properties"].get("metrics", [])]
        for name, widgets in dashboards.items()
    }


@pytest.fixture(scope="module")
def alarms(aws):
    pages = aws.client("cloudwatch").get_paginator("describe_alarms").paginate()
    return [alarm for page in pages for alarm in page["MetricAlarms"]]


@pytest.fixture(scope="module")
def emitted(aws, outputs):
    """Return what the code emits: the aggregator deployed, the others called."""
    hour = aws.next_hour()
    transaction = {"hash": f"{1:064x}", "time": int(hour.timestamp()), "fee": 1}
    event = {"time": f"{hour:%Y-%m-%dT%H:%M:%SZ}", "detail": {"transactions": [transaction]}}
    archive(aws, outputs, hour, "dashboards", gzip.compress(json.dumps(event).encode()))
    aws.settle()
    pages = aws.client("cloudwatch").get_paginator("list_metrics").paginate(Namespace=OWN)
    deployed = {
        (metric["MetricName"], frozenset(d["Name"] for d in metric["Dimensions"]))
        for page in pages
        for metric in page["Metrics"]
    }
    assert ("RowsWritten", frozenset()) in deployed
    collector = emitted_metrics.of_collector(PUBLISHED)
    called = emitted_metrics.of_poller() | collector | emitted_metrics.OF_API
    return deployed | called | emitted_metrics.OF_JOBS


def unknown(metrics, emitted):
    own = {(OWN, dimensions): {name} for name, dimensions in emitted}
    for name, dimensions in emitted:
        own[OWN, dimensions].add(name)
    return [m for m in metrics if m.name not in {**AWS, **own}.get(m.form, set())]


def test_every_metric_of_a_dashboard_is_emitted(shown, emitted):
    assert unknown([metric for metrics in shown.values() for metric in metrics], emitted) == []


def test_every_metric_of_an_alarm_is_emitted(alarms, emitted):
    queries = [
        q["MetricStat"]["Metric"]
        for a in alarms
        for q in a.get("Metrics", [])
        if "MetricStat" in q
    ]
    metrics = [
        Metric(a["Namespace"], a["MetricName"], tuple((d["Name"], "") for d in a["Dimensions"]))
        for a in [*alarms, *queries]
        if "MetricName" in a
    ]
    assert len(metrics) > 40
    assert unknown(metrics, emitted) == []


def test_a_metric_that_nobody_emits_is_found(emitted):
    mistaken = [
        Metric(OWN, "RowsWriten"),
        Metric(OWN, "RowsWritten", (("Stage", "production"),)),
        Metric("AWS/SageMaker", "Invocations", (("EndpointName", "x"),)),
    ]
    assert unknown(mistaken, emitted) == mistaken


def test_dimensions_name_what_exists(aws, shown, outputs):
    functions = aws.client("lambda").get_paginator("list_functions").paginate()
    apis = aws.client("apigateway").get_rest_apis(limit=500)["items"]
    known = {
        "ApiName": {api["name"] for api in apis},
        "Currency": {"USD"},
        "DeliveryStreamName": set(
            aws.client("firehose").list_delivery_streams()["DeliveryStreamNames"]
        ),
        "EndpointName": set(outputs["endpoint_names"].values()),
        "Feature": {None},
        "FunctionName": {f["FunctionName"] for page in functions for f in page["Functions"]},
        "PipelineName": {outputs["pipeline_name"]},
        "Stage": {"production", None},
        "StateMachineArn": {
            machine["stateMachineArn"]
            for machine in aws.client("stepfunctions").list_state_machines()["stateMachines"]
        },
        "VariantName": {"AllTraffic"},
    }
    for metrics in shown.values():
        for metric in metrics:
            for name, value in metric.dimensions:
                assert value in known[name], metric


def test_every_function_with_an_alarm_has_errors_and_durations_on_a_dashboard(alarms, shown):
    dimensions = [a["Dimensions"] for a in alarms if a.get("Namespace") == "AWS/Lambda"]
    functions = {d[0]["Value"] for d in dimensions if len(d) == 1}
    assert "evergreen-notifier" in functions
    for name in ("Errors", "Duration"):
        found = {
            value
            for metric in shown["evergreen-operations"]
            for _, value in metric.dimensions
            if (metric.namespace, metric.name) == ("AWS/Lambda", name)
        }
        assert found == functions


def test_sections_are_in_the_order_of_the_loop(dashboards):
    for name, widgets in dashboards.items():
        rows = {}
        for widget in widgets:
            if signs := re.findall(f"^[{SIGNS}]", widget["properties"]["title"]):
                rows.setdefault(widget["y"], []).append(SIGNS.index(signs[0]))
        order = [min(rows[y]) for y in sorted(rows)]
        if name != "evergreen-operations":  # ② to ⑧ of the functions follow ⑥
            assert order == sorted(order), name


def test_dashboards_remain_in_the_free_tier(shown):
    """Searches count with what they find: a feature for each alarm of drift."""
    assert len(shown) == 3
    for name, metrics in shown.items():
        assert len(metrics) <= FREE_METRICS, name
