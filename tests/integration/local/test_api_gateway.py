"""A REST API of the local AWS with keys, limits, validation and a function behind it."""

import json
import urllib.error
import urllib.request

import pytest

from tests.support.lambda_function import Function

pytestmark = pytest.mark.integration

ECHO = """
import json, time

def lambda_handler(event, context):
    if event["headers"].get("x-fail") == "sleep":
        time.sleep(3)
    if event["headers"].get("x-fail") == "raise":
        raise ValueError("no such luck")
    if event["headers"].get("x-fail") == "shape":
        return {"answer": 42}
    return {"statusCode": 200, "headers": {"X-Own": "1"}, "body": json.dumps(event)}
"""
SCHEMA = {"type": "object", "required": ["x"]}
PROBLEMS = {"INVALID_API_KEY": 403, "THROTTLED": 429, "BAD_REQUEST_BODY": 400, "DEFAULT_5XX": 502}
PROBLEMS["API_CONFIGURATION_ERROR"] = 502


class Api:
    """One API with the routes POST /echo and OPTIONS /echo."""

    def __init__(
        self, aws, name, problems=PROBLEMS, rate=1000, burst=1000, quota=None, wait=29000
    ):
        self.aws, self.client, self.name = aws, aws.client("apigateway"), name
        self.function = Function(aws, name, ECHO)
        self.id = self.client.create_rest_api(name=name)["id"]
        root = self.client.get_resources(restApiId=self.id)["items"][0]["id"]
        echo = self.client.create_resource(restApiId=self.id, parentId=root, pathPart="echo")["id"]
        self.client.create_model(
            restApiId=self.id, name="M", contentType="application/json", schema=json.dumps(SCHEMA)
        )
        validator = self.client.create_request_validator(
            restApiId=self.id, name="body", validateRequestBody=True
        )["id"]
        arn = aws.client("lambda").get_function(FunctionName=name)["Configuration"]["FunctionArn"]
        path = "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions"
        for method in ("POST", "OPTIONS"):
            place = {"restApiId": self.id, "resourceId": echo, "httpMethod": method}
            more = {"requestValidatorId": validator, "requestModels": {"application/json": "M"}}
            self.client.put_method(
                **place,
                authorizationType="NONE",
                apiKeyRequired=method == "POST",
                **(more if method == "POST" else {}),
            )
            self.client.put_integration(
                **place,
                type="AWS_PROXY",
                integrationHttpMethod="POST",
                timeoutInMillis=wait,
                uri=f"{path}/{arn}/invocations",
            )
        for kind, status in problems.items():
            self.client.put_gateway_response(
                restApiId=self.id,
                responseType=kind,
                statusCode=str(status),
                responseParameters={"gatewayresponse.header.X-Kind": f"'{kind}'"},
                responseTemplates={"application/json": '{"id": "$context.requestId"}'},
            )
        aws.client("logs").create_log_group(logGroupName=f"/aws/apigateway/{name}")
        self.client.create_deployment(restApiId=self.id, stageName="live")
        group = f"arn:aws:logs:eu-west-1:123456789012:log-group:/aws/apigateway/{name}"
        operations = [
            {"op": "replace", "path": "/accessLogSettings/destinationArn", "value": group},
            {
                "op": "replace",
                "path": "/accessLogSettings/format",
                "value": '{"id": "$context.requestId", "status": "$context.status"}',
            },
        ]
        self.client.update_stage(restApiId=self.id, stageName="live", patchOperations=operations)
        self.key = self.client.create_api_key(name=name, value="", enabled=True)
        self.plan = self.client.create_usage_plan(
            name=name,
            apiStages=[{"apiId": self.id, "stage": "live"}],
            throttle={"rateLimit": rate, "burstLimit": burst},
            **({"quota": {"limit": quota, "period": "DAY"}} if quota else {}),
        )["id"]
        self.client.create_usage_plan_key(
            usagePlanId=self.plan, keyId=self.key["id"], keyType="API_KEY"
        )

    def permit(self, method="POST"):
        source = f"arn:aws:execute-api:eu-west-1:123456789012:{self.id}/live/{method}/echo"
        self.aws.client("lambda").add_permission(
            FunctionName=self.name,
            StatementId=method,
            Action="lambda:InvokeFunction",
            Principal="apigateway.amazonaws.com",
            SourceArn=source,
        )
        return self

    def call(self, body='{"x": 1}', method="POST", path="echo", key=True, **headers):
        """Send a request -> status, headers, body."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            named["x-api-key"] = self.key["value"]
        named.setdefault("content-type", "application/json")
        request = urllib.request.Request(
            f"{self.aws.url}/_aws/execute-api/{self.id}/live/{path}",
            None if method == "GET" else body.encode(),
            named,
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=60) as response:
                return response.status, response.headers, json.load(response)
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.headers, json.load(error)


@pytest.fixture(scope="module")
def api(aws):
    return Api(aws, "echo").permit()


def test_function_receives_the_proxy_event(api):
    status, headers, event = api.call('{"x": 1}', x_inference_id="mine")
    assert (status, headers["X-Own"]) == (200, "1")
    context = event["requestContext"]
    assert (event["body"], event["isBase64Encoded"], event["resource"]) == (
        '{"x": 1}',
        False,
        "/echo",
    )
    assert event["multiValueHeaders"]["x-inference-id"] == ["mine"]
    assert event["headers"]["X-Forwarded-Proto"] == "https"
    assert (context["stage"], context["resourcePath"], context["path"]) == (
        "live",
        "/echo",
        "/live/echo",
    )
    assert context["domainName"] == f"{api.id}.execute-api.eu-west-1.amazonaws.com"
    assert (context["identity"]["apiKey"], context["identity"]["userArn"]) == (
        api.key["value"],
        None,
    )
    assert context["requestId"] == headers["x-amzn-requestid"]


def test_time_of_the_event_is_that_of_the_clock(api, aws):
    _, _, event = api.call()
    assert event["requestContext"]["requestTimeEpoch"] // 1000 == int(aws.now().timestamp())


def test_generated_key_is_required(api):
    assert len(api.key["value"]) >= 20
    for found in (api.call(key=False), api.call(key=False, x_api_key="x" * 40)):
        assert (found[0], found[1]["X-Kind"]) == (403, "INVALID_API_KEY")
        assert found[2] == {"id": found[1]["x-amzn-requestid"]}


def test_json_is_validated_and_other_types_are_passed_on(api):
    for body in ("{}", "[]", "{"):
        assert api.call(body)[1]["X-Kind"] == "BAD_REQUEST_BODY"
    assert api.call("1,2", content_type="text/csv")[2]["body"] == "1,2"


def test_signature_of_a_role_is_ignored(api):
    header = "AWS4-HMAC-SHA256 Credential=ASIAX/20241010/eu-west-1/execute-api/aws4_request"
    assert api.call(authorization=header)[0] == 200


def test_pages_may_call_an_api_but_not_aws_itself(api, aws):
    assert api.call(origin="https://forms.example.com")[0] == 200
    headers = {"Origin": "https://forms.example.com"}
    request = urllib.request.Request(f"{aws.url}/restapis", headers=headers)
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(request, timeout=60)
    with refused.value as error:
        assert error.code == 403


def test_method_that_the_functions_policy_does_not_name_fails(api):
    status, headers, _ = api.call(method="OPTIONS", key=False)
    assert (status, headers["X-Kind"]) == (502, "API_CONFIGURATION_ERROR")
    api.permit("OPTIONS")
    assert api.call(method="OPTIONS", key=False)[0] == 200


@pytest.mark.parametrize("how", ["raise", "shape"])
def test_failure_of_the_function_is_a_gateway_response(api, how):
    status, headers, _ = api.call(x_fail=how)
    assert (status, headers["X-Kind"]) == (502, "DEFAULT_5XX")


def test_body_that_lambda_does_not_take_is_too_large(api):
    status, _, body = api.call(json.dumps({"x": "x" * (6 * 2**20)}))
    assert (status, body) == (413, {"message": "Request Too Long"})


def test_requests_are_measured_and_logged(api, aws):
    _, headers, _ = api.call(key=False)
    events = aws.client("logs").filter_log_events(logGroupName="/aws/apigateway/echo")["events"]
    line = {"id": headers["x-amzn-requestid"], "status": "403"}
    assert line in [json.loads(event["message"]) for event in events]
    now = aws.now()
    found = aws.client("cloudwatch").get_metric_statistics(
        Namespace="AWS/ApiGateway",
        MetricName="4XXError",
        Dimensions=[{"Name": "ApiName", "Value": "echo"}, {"Name": "Stage", "Value": "live"}],
        StartTime=now.replace(hour=0, minute=0),
        EndTime=now.replace(hour=23, minute=59),
        Period=86400,
        Statistics=["Sum"],
    )
    assert found["Datapoints"][0]["Sum"] >= 1


def test_rate_and_quota_of_a_key(aws):
    slow = Api(aws, "slow", rate=0.001, burst=2).permit()
    found = [slow.call() for _ in range(3)]
    assert [status for status, _, _ in found] == [200, 200, 429]
    assert found[2][1]["X-Kind"] == "THROTTLED"
    limited = Api(aws, "limited", problems={}, quota=1).permit()
    assert [limited.call()[0], limited.call()[0]] == [200, 429]
    assert limited.call()[2] == {"message": "Limit Exceeded"}
    assert limited.call(x_fail="raise", key=False)[2] == {"message": "Forbidden"}


def test_changed_limits_are_numbers(aws):
    limited = Api(aws, "changed", quota=1).permit()
    assert limited.call()[0] == 200
    patches = [
        {"op": "replace", "path": "/quota/limit", "value": "2"},
        {"op": "replace", "path": "/throttle/burstLimit", "value": "7"},
        {"op": "replace", "path": "/throttle/rateLimit", "value": "0.5"},
    ]
    plan = limited.client.update_usage_plan(usagePlanId=limited.plan, patchOperations=patches)
    assert (plan["quota"]["limit"], plan["throttle"]) == (2, {"burstLimit": 7, "rateLimit": 0.5})
    assert [limited.call()[0], limited.call()[0]] == [200, 429]


def test_api_without_gateway_responses_fails_as_on_aws(aws):
    plain = Api(aws, "plain", problems={}, wait=2000).permit()
    status, _, body = plain.call(x_fail="raise")
    assert (status, body) == (502, {"message": "Internal server error"})
    status, _, body = plain.call(x_fail="sleep")
    assert (status, body) == (504, {"message": "Endpoint request timed out"})
