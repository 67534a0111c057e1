"""The permissions of requests by which people and Terraform administer the account.

MiniStack derives action and resource. Functions, jobs and tasks make none of these requests.
"""

from collections.abc import Iterator
from urllib.parse import parse_qsl

from local import ministack, runtime
from local.http_messages import Request
from local.iam import passed_roles
from local.iam.policies import Check

# The principal to which a service passes the roles in its requests.
PASSED_TO = {
    "application-autoscaling": "application-autoscaling",
    "codebuild": "codebuild",
    "ecs": "ecs-tasks",
    "events": "events",
    "firehose": "firehose",
    "kinesisanalytics": "kinesisanalytics",
    "lambda": "lambda",
    "states": "states",
}
READS = ("Describe", "Get", "List")


def checks(service: str, request: Request) -> list[Check] | None:
    """Return the permissions of a request, None if MiniStack does not know its action."""
    query = _query(request)
    parts = request.method, request.path, request.headers, request.body, query
    action = ministack.iam_action(service, *parts)
    if action is None:
        return None
    resource = ministack.iam_resource(service, *parts, runtime.REGION, runtime.ACCOUNT)
    return [Check(action, resource or "*"), *_passed_roles(service, action, request)]


def _query(request: Request) -> dict[str, list[str]]:
    """Return the query parameters with those of a form, each as a list."""
    form = "json" not in request.headers.get("content-type", "")
    body = request.body.decode("utf-8", "replace") if form else ""
    fields = dict(parse_qsl(body, keep_blank_values=True)) | request.query
    return {name: [value] for name, value in fields.items()}


def _passed_roles(service: str, action: str, request: Request) -> Iterator[Check]:
    """Yield iam:PassRole for each role that a request gives to a service."""
    if service not in PASSED_TO or action.partition(":")[2].startswith(READS):
        return
    context = {"iam:PassedToService": f"{PASSED_TO[service]}.amazonaws.com"}
    body = request.json() if request.body.lstrip().startswith(b"{") else {}
    for role in sorted(set(passed_roles.find(body))):
        yield Check("iam:PassRole", role, context)
