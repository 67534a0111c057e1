"""Results of tasks: JSON, and not larger than the data of an execution may be."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from botocore.response import StreamingBody

from local import ministack
from local.stepfunctions import integrations

TIME = datetime(2024, 10, 10, 12, tzinfo=UTC)


def test_optimized_integrations_have_times_in_milliseconds():
    response = {"CreationTime": TIME, "Tags": [{"At": TIME}]}
    assert integrations.as_json(response, in_milliseconds=True) == {
        "CreationTime": 1728561600000,
        "Tags": [{"At": 1728561600000}],
    }


def test_results_of_the_sdk_have_iso_times_and_bodies_as_text():
    body = StreamingBody(BytesIO(b'{"a": 1}'), 8)
    found = integrations.as_json({"Body": body, "LastModified": TIME}, in_milliseconds=False)
    assert found == {"Body": '{"a": 1}', "LastModified": "2024-10-10T12:00:00Z"}


def test_a_large_result_fails_the_task():
    integrations.limited({"Body": "x" * 1000})
    with pytest.raises(ministack.ExecutionError, match="DataLimitExceeded"):
        integrations.limited({"Body": "x" * 256 * 1024})
