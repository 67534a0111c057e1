"""`evergreen traffic`: requests drawn from the data, and their ground truth."""

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from botocore.stub import ANY, Stubber

from cli.commands import traffic
from cli.errors import CommandError
from cli.main import main
from cli.queries import apis
from cli.target import Target
from cli.traffic import ground_truth, log, requests
from cli.traffic.client import Client
from cli.traffic.requests import Sent
from cli.traffic.run import write_truth
from common import times
from tests.support.aws_calls import stubbed
from tests.support.feature_records import batch_response
from tests.support.http_api import KEY, served
from tests.support.predict_api import Api, environment, record

AT = datetime(2024, 10, 10, 12, 0, 30, tzinfo=UTC)
HEADER = "sex,length,diameter,height,whole_weight,shucked_weight,viscera_weight,shell_weight,rings"
ROWS = [f"M,0.{n},0.365,0.095,0.514,0.2245,0.101,0.15,{n}" for n in range(1, 10)]


def test_histories_end_before_the_time_one_after_the_other():
    fees = dict.fromkeys(times.minutes(AT.replace(second=0, hour=11), 60), 5.0)
    newest, earlier = requests.histories(fees, AT, 3, 2)
    assert newest.body == {"start": "2024-10-10 11:57:00", "target": [5.0, 5.0, 5.0]}
    assert newest.first_minute == "2024-10-10T12:00:00Z"
    assert earlier.body["start"] == "2024-10-10 11:56:00"
    assert list(requests.histories({}, AT, 3, 2)) == []


def test_rows_are_drawn_in_the_form_of_the_record():
    text = "\n".join([HEADER, *ROWS])
    drawn = list(requests.rows(text, record("abalone"), 3, seed=1))
    assert [f"0.{row.truth}" for row in drawn] == [str(row.body["length"]) for row in drawn]
    assert drawn == list(requests.rows(text, record("abalone"), 3, seed=1))
    assert drawn != list(requests.rows(text, record("abalone"), 3, seed=2))
    (row,) = requests.rows("x,y\n0.3,434\n", record("linear_regression"), 5, seed=0)
    assert (row.body, row.truth) == ({"x": [[0.3]]}, "434")


def test_rows_that_are_not_those_of_the_record_are_refused():
    with pytest.raises(CommandError, match="got no column diameter, height, rings, sex"):
        list(requests.rows("length\n1\n", {**record("abalone")}, 1, seed=0))
    with pytest.raises(CommandError, match="x: got 'a', expected a number"):
        list(requests.rows("x,y\na,1\n", record("linear_regression"), 1, seed=0))


def test_ground_truth_of_a_forecast_waits_for_its_last_minute():
    sent = Sent("id", "t", 200, first_minute="2024-10-10T12:00:00Z", length=3)
    known = {"2024-10-10T12:00:00Z": 1.5, "2024-10-10T12:02:00Z": 2.0}
    assert requests.forecast_truth(sent, known) == "1.5,,2.0"
    assert requests.forecast_truth(sent, {"2024-10-10T12:00:00Z": 1.5}) is None
    assert requests.forecast_truth(replace(sent, length=0), known) is None
    assert requests.forecast_truth(Sent("id", "t", 200, truth="9"), {}) == "9"


def test_records_are_those_of_model_monitor():
    key = ground_truth.key("run", "evergreen-production/AllTraffic", AT)
    assert key == "ground-truth/evergreen-production/AllTraffic/2024/10/10/12/traffic-run.jsonl"
    assert json.loads(ground_truth.records({"id": "1,2"})) == {
        "groundTruthData": {"data": "1,2", "encoding": "CSV"},
        "eventMetadata": {"eventId": "id"},
        "eventVersion": "0",
    }


def test_log_is_read_as_it_was_written_and_never_replaced(tmp_path):
    file, sent = tmp_path / "log.jsonl", [Sent("id", "t", 200, "9"), Sent("2", "t", 429)]
    log.write(file, sent)
    assert log.read(file) == sent
    with pytest.raises(CommandError, match="exists"):
        log.write(file, sent)
    with pytest.raises(CommandError, match="No such file"):
        log.read(tmp_path / "other")


def test_client_repeats_what_the_api_could_not_answer(monkeypatch):
    for name, value in environment("linear_regression").items():
        monkeypatch.setenv(name, value)
    api = Api(status=None)
    with served(api) as url:
        answer = Client(url, KEY, pause_seconds=0).call("/health")
        assert (answer.status, answer.document["status"]) == (503, 503)
        api.status = "InService"
        assert Client(url, KEY).call("/health").status == 200
    with pytest.raises(CommandError, match="cannot be reached"):
        Client(url, KEY).call("/health")


@pytest.fixture
def serving(deployment, monkeypatch):
    """Serve the forecaster at the URL of its API -> the API; the key is stubbed."""
    for name, value in environment("forecaster").items():
        monkeypatch.setenv(name, value)
    api = Api()
    with served(api) as url, Stubber(deployment.clients("apigateway")) as stub:
        monkeypatch.setattr(apis, "_url", lambda *_: url)
        for _ in range(2):
            stub.add_response("get_api_key", {"value": KEY}, {"apiKey": ANY, "includeValue": True})
        yield api


def rows(Identifiers):  # noqa: N803
    (identifiers,) = Identifiers
    minutes = identifiers["RecordIdentifiersValueAsString"]
    return batch_response(
        identifiers["FeatureGroupName"],
        [{"tx_minute": minute, "avg_fee_1min": "7"} for minute in minutes],
    )


def describe(EndpointName):  # noqa: N803
    return {
        "EndpointName": EndpointName,
        "EndpointArn": f"arn:aws:sagemaker:eu-west-1:123456789012:endpoint/{EndpointName}",
        "EndpointStatus": "InService",
        "ProductionVariants": [{"VariantName": "AllTraffic"}],
        "CreationTime": 0,
        "LastModifiedTime": 0,
    }


def printed(capsys):
    """Return the command's document; the handler prints its log lines before."""
    return json.loads(f"\n{capsys.readouterr().out}".rpartition("\n{\n")[2].join(["{\n", ""]))


def test_ground_truth_of_requests_is_matched_by_id(deployment, serving, tmp_path, capsys):
    store = deployment.clients("sagemaker-featurestore-runtime")
    file = str(tmp_path / "log.jsonl")
    with (
        stubbed(store, {"BatchGetRecord": rows}),
        stubbed(deployment.clients("sagemaker"), {"DescribeEndpoint": describe}),
    ):
        send = ["traffic", "send", "--count", "2", "--log", file, "--json"]
        assert main(send, deployment.connect) == 0
        sent = printed(capsys)
        assert sent["statuses"] == {"200": 2}
        ids = [request["InferenceId"] for request in serving.requests]
        assert ids == [f"traffic-{sent['run']}-{n}" for n in range(2)]
        assert main(send, deployment.connect) == 2  # the log exists
        capsys.readouterr()
        assert main(["traffic", "truth", "--log", file, "--json"], deployment.connect) == 0
    document = printed(capsys)
    assert (document["records"], document["waiting"]) == (2, 0)
    body = deployment.clients("s3").get_object(Bucket=deployment.bucket, Key=document["key"])
    lines = [json.loads(line) for line in body["Body"].read().decode().splitlines()]
    assert [line["eventMetadata"]["eventId"] for line in lines] == ids
    assert lines[0]["groundTruthData"]["data"] == ",".join(["7.0"] * 30)


def test_models_that_take_rows_need_a_file(deployment, monkeypatch):
    found = apis.Api("abalone", "http://127.0.0.1:1", "k", "abalone-production")
    monkeypatch.setattr(traffic, "find_api", lambda *_: found)
    assert main(["traffic", "send"], deployment.connect) == 2


def test_line_that_is_too_short_is_refused():
    columns = HEADER.split(",")
    text = f"{','.join([*columns[1:], columns[0]])}\n1,2\n"
    with pytest.raises(CommandError, match="got nothing, expected a value"):
        list(requests.rows(text, record("abalone"), 1, seed=0))


def test_ground_truth_of_rows_needs_no_store(deployment):
    stored = deployment.clients("ssm").get_parameter(Name="/evergreen/outputs")["Parameter"]
    outputs = json.loads(stored["Value"]) | {"feature_group_name": None}
    deployment.parameter("outputs", json.dumps(outputs))
    connection = deployment.connect(Target(), "evergreen")
    found = apis.Api("abalone", "http://127.0.0.1:1", "k", "evergreen-production")
    sent = [Sent("traffic-1-0", "2024-10-10T14:00:00Z", 200, truth="7")]
    with stubbed(deployment.clients("sagemaker"), {"DescribeEndpoint": describe}):
        assert write_truth(connection, found, sent)["records"] == 1
