import boto3
import pytest
from botocore.exceptions import ClientError

from common import endpoints
from tests.support.aws_calls import CallError, stubbed


def describe(code, message):
    def refuse(**_):
        raise CallError(code, message)

    client = boto3.client("sagemaker")
    with stubbed(client, {"DescribeEndpoint": refuse}):
        return endpoints.describe(client, "test-production")


def test_endpoint_that_does_not_exist_is_none():
    message = 'Could not find endpoint "arn:aws:sagemaker:eu-west-1:1:endpoint/x".'
    assert describe("ValidationException", message) is None


@pytest.mark.parametrize("code", ["AccessDeniedException", "ValidationException"])
def test_other_errors_are_raised(code):
    with pytest.raises(ClientError, match=code):
        describe(code, "no")
