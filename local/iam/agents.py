"""What services do with the role of a function, task or job: pull images, write logs and metrics.

A role that may not write logs, traces or metrics does not stop the work, as on AWS; the denial is
counted.
"""

import contextlib
import re

from local import ministack, runtime
from local.iam import encrypted_resources, gate
from local.iam.policies import AccessDeniedError, Check
from local.vpc.network import Network

IMAGE = re.compile(r"(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)[:@].+")
PULL = ("BatchCheckLayerAvailability", "BatchGetImage", "GetDownloadUrlForLayer")


def pull_image(key: str, image: str) -> None:
    """Require the permissions to pull an image from ECR; raises AccessDeniedError."""
    if found := IMAGE.fullmatch(image):
        account, region, name = found.groups()
        repository = f"arn:aws:ecr:{region}:{account}:repository/{name}"
        gate.require(key, Check("ecr:GetAuthorizationToken", "*"))
        gate.require(key, *(Check(f"ecr:{action}", repository) for action in PULL))


def join_network(key: str, network: Network | None) -> None:
    """Require the permissions to connect a job or endpoint to subnets; AccessDeniedError."""
    if network is None:
        return
    ec2 = f"arn:aws:ec2:{runtime.REGION}:{runtime.account}"
    interface = f"{ec2}:network-interface/*"
    created = [interface, *(f"{ec2}:subnet/{subnet}" for subnet in network.subnets)]
    created += [f"{ec2}:security-group/{group}" for group in network.security_groups]
    described = ("DhcpOptions", "NetworkInterfaces", "SecurityGroups", "Subnets", "Vpcs")
    gate.require(
        key,
        *(Check(f"ec2:Describe{name}", "*") for name in described),
        *(Check("ec2:CreateNetworkInterface", resource) for resource in created),
        Check("ec2:CreateNetworkInterfacePermission", interface),
        Check("ec2:DeleteNetworkInterface", interface),
        Check("ec2:DeleteNetworkInterfacePermission", interface),
    )


def write_log(key: str, group: str, stream: str) -> None:
    """Check the permissions to write a log stream."""
    log_group = f"arn:aws:logs:{runtime.REGION}:{runtime.account}:log-group:{group}"
    events = f"{log_group}:log-stream:{stream}"
    needed = [Check("logs:CreateLogStream", events), Check("logs:PutLogEvents", events)]
    if ministack.log_groups.get(group) is None:
        needed.insert(0, Check("logs:CreateLogGroup", log_group))
    _check(key, *needed)


def encrypt_output(key: str, kms_key: str) -> None:
    """Require kms:Encrypt on the key of an output or capture; raises AccessDeniedError."""
    gate.require(key, Check("kms:Encrypt", encrypted_resources.key_arn(kms_key) or kms_key))


def send_traces(key: str) -> None:
    """Check the permissions of X-Ray's active tracing."""
    _check(key, *(Check(f"xray:Put{name}", "*") for name in ("TelemetryRecords", "TraceSegments")))


def put_metrics(key: str, namespace: str) -> None:
    """Check the permission to write metrics of a namespace."""
    _check(key, Check("cloudwatch:PutMetricData", "*", {"cloudwatch:namespace": namespace}))


def _check(key: str, *needed: Check) -> None:
    with contextlib.suppress(AccessDeniedError):
        gate.require(key, *needed)
