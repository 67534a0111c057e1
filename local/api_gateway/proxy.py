"""Invocation of a function by a REST API: permission, proxy event, limits, failures."""

import asyncio
import json
import uuid
from typing import Any

from local import ministack, runtime
from local.api_gateway import access
from local.iam import deliveries
from local.iam.policies import AccessDeniedError
from local.lambda_ import aliases

MAX_PAYLOAD_BYTES = 6 * 2**20  # of an invocation, request and response
MAX_MILLISECONDS = 29_000  # that an integration waits, by default
# What an identity always has in the event of a method without authorization.
IDENTITY = (
    *("accessKey", "accountId", "caller", "cognitoAuthenticationProvider"),
    *("cognitoAuthenticationType", "cognitoIdentityId", "cognitoIdentityPoolId"),
    *("principalOrgId", "user", "userArn"),
)


class _FailedError(Exception):
    """The function failed, or did not return a response."""


def event(build: Any) -> Any:
    """Return a builder of proxy events that adds what MiniStack leaves out."""

    def complete(api_id: str, stage_name: str, *rest: Any, **more: Any) -> dict[str, Any]:
        found: dict[str, Any] = build(api_id, stage_name, *rest, **more)
        domain = f"{api_id}.execute-api.{runtime.REGION}.amazonaws.com"
        context, trace = (
            found["requestContext"],
            f"Root=1-{uuid.uuid4().hex[:8]}-{uuid.uuid4().hex[:24]}",
        )
        source = context["identity"]["sourceIp"]
        added = {"Host": domain, "X-Amzn-Trace-Id": trace, "X-Forwarded-For": source}
        added |= {"X-Forwarded-Port": "443", "X-Forwarded-Proto": "https"}
        for name in [name for name in found["headers"] if name in {n.lower() for n in added}]:
            del found["headers"][name], found["multiValueHeaders"][name]
        found["headers"] |= added
        found["multiValueHeaders"] |= {name: [value] for name, value in added.items()}
        context["domainName"], context["domainPrefix"] = domain, api_id
        context["requestId"] = access.request_id()
        absent = dict.fromkeys(IDENTITY)
        keys = {"apiKey": found["headers"].get("x-api-key")}
        context["identity"] = absent | {k: v for k, v in keys.items() if v} | context["identity"]
        return found

    return complete


def response(shape: Any) -> Any:
    """Return a reader of a function's result that refuses what API Gateway cannot answer with."""

    def read(result: dict[str, Any]) -> Any:
        body = result.get("body")
        if result.get("throttle"):
            return shape(result)
        if result.get("error") or not (isinstance(body, dict) and "statusCode" in body):
            raise _FailedError
        if len(json.dumps(body)) > MAX_PAYLOAD_BYTES:
            raise _FailedError
        return shape(result)

    return read


def invoke(call: Any) -> Any:
    """Return an invocation that checks the function's policy and the size of the request."""

    async def checked(
        integration: Any, api_id: str, stage_name: str, *rest: Any, **more: Any
    ) -> Any:
        stage, resource, _path, method, _headers, body = rest[:6]
        if len(body or b"") > MAX_PAYLOAD_BYTES:
            return ministack.GatewayError("REQUEST_TOO_LARGE", "Request Too Long")
        reference = ministack.lambda_of_integration(integration.get("uri", ""))
        arn, _ = aliases.split(reference)
        record, config, _ = ministack.function_record(arn)
        source = (
            f"arn:aws:execute-api:{runtime.REGION}:{runtime.account}:{api_id}/{stage_name}/"
            f"{method}{resource['path']}"
        )
        try:
            if record is not None and config is not None:
                deliveries.to_function(
                    "apigateway", {**record, "config": config}, source, reference
                )
            seconds = int(integration.get("timeoutInMillis") or MAX_MILLISECONDS) / 1000
            async with asyncio.timeout(seconds):  # the function itself goes on
                return await call(integration, api_id, stage_name, *rest, **more)
        except TimeoutError:
            return ministack.GatewayError("INTEGRATION_TIMEOUT", "Endpoint request timed out")
        except AccessDeniedError:
            return ministack.GatewayError("API_CONFIGURATION_ERROR", "Internal server error")
        except _FailedError:
            return _failure(api_id, stage)

    return checked


def _failure(api_id: str, stage: dict[str, Any]) -> Any:
    """Return the answer to a request whose function failed: 502 if the API does not say."""
    custom = ministack.deployed_gateway_responses.get(api_id, {}).get(stage.get("deploymentId"))
    if custom and "DEFAULT_5XX" in custom:
        return ministack.GatewayError("DEFAULT_5XX", "Internal server error")
    headers = {
        "Content-Type": "application/json",
        "x-amzn-ErrorType": "InternalServerErrorException",
    }
    return 502, headers, b'{"message": "Internal server error"}'


def install() -> None:
    """Replace MiniStack's parts."""
    ministack.build_proxy_event.wrap(event)
    ministack.proxy_response.wrap(response)
    ministack.invoke_proxy.wrap(invoke)
