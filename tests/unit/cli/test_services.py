from datetime import UTC, datetime

import pytest
from botocore.stub import Stubber

from cli.queries.online_rows import freshness
from cli.queries.services import dead_letters, endpoints
from tests.support.feature_records import batch_response


def test_freshness_counts_minutes_and_requests_unprocessed_ones_again(deployment):
    def response(minute, count, rest=()):
        row = {"tx_minute": minute, "total_nb_trx_1min": str(count)}
        return batch_response("evergreen-minutes", [row], rest)

    rest = [
        {
            "FeatureGroupName": "evergreen-minutes",
            "RecordIdentifiersValueAsString": ["2024-10-10T13:57:00Z"],
        }
    ]
    with Stubber(deployment.clients("sagemaker-featurestore-runtime")) as stub:
        stub.add_response("batch_get_record", response("2024-10-10T13:56:00Z", 5, rest))
        stub.add_response(
            "batch_get_record", response("2024-10-10T13:57:00Z", 7), {"Identifiers": rest}
        )
        found = freshness(deployment.connection)
    assert found == {
        "newest_minute": "2024-10-10T13:57:00Z",
        "age_minutes": 3,
        "known": 2,
        "requested": 60,
        "transactions": 12,
    }


@pytest.mark.parametrize("count", [None, "nan", "", "many"])
def test_row_without_a_number_of_transactions_is_a_minute(deployment, count):
    row = {"tx_minute": "2024-10-10T13:56:00Z"}
    if count is not None:
        row["total_nb_trx_1min"] = count
    with Stubber(deployment.clients("sagemaker-featurestore-runtime")) as stub:
        stub.add_response("batch_get_record", batch_response("evergreen-minutes", [row]))
        found = freshness(deployment.connection)
    assert (found["known"], found["transactions"]) == (1, 0)


def test_dead_letters_are_counted_by_queue(deployment):
    sqs = deployment.clients("sqs")
    url = sqs.create_queue(QueueName="evergreen-smoke-test-dead-letters")["QueueUrl"]
    sqs.create_queue(QueueName="evergreen-two-smoke-test-dead-letters")  # another deployment's
    sqs.send_message(QueueUrl=url, MessageBody="{}")
    assert dead_letters(deployment.connection) == [
        {
            "queue": "evergreen-smoke-test-dead-letters",
            "stage": "6",
            "messages": 1,
            "hidden": 0,
        }
    ]


def test_endpoint_has_the_version_that_it_serves(deployment):
    endpoint = {
        "EndpointName": "evergreen-production",
        "EndpointArn": "arn:aws:sagemaker:eu-west-1:123456789012:endpoint/evergreen-production",
        "EndpointConfigName": "evergreen-production-v12",
        "EndpointStatus": "InService",
        "CreationTime": datetime(2024, 10, 10, tzinfo=UTC),
        "LastModifiedTime": datetime(2024, 10, 10, tzinfo=UTC),
    }
    with Stubber(deployment.clients("sagemaker")) as stub:
        stub.add_response("describe_endpoint", endpoint)
        stub.add_client_error(
            "describe_endpoint", "ValidationException", 'Could not find endpoint "arn".'
        )
        production, staging = endpoints(deployment.connection)
    assert (production["version"], production["status"]) == (12, "InService")
    assert (staging["version"], staging["status"]) == (None, None)
