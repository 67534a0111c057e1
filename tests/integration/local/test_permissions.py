"""Permissions of the local AWS: what AWS would refuse is refused, and counted."""

import json
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError

from tests.support.event_queue import Queue, add_rule
from tests.support.lambda_function import Function
from tests.support.permissions import EVERYTHING, WRITE_LOGS, assume, create_role, document

pytestmark = pytest.mark.integration

ACCOUNT, REGION = "123456789012", "eu-west-1"
BUCKET, BUS = "guarded", "guarded"
CALL = """
import boto3
def lambda_handler(event, context):
    client = boto3.client(event["service"])
    try:
        getattr(client, event["operation"])(**event["arguments"])
    except client.exceptions.ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return "OK", ""
"""


def arn(service, resource):
    return f"arn:aws:{service}:{REGION}:{ACCOUNT}:{resource}"


BUS_ARN = arn("events", f"event-bus/{BUS}")


@pytest.fixture(scope="module")
def resources(aws):
    aws.client("events").create_event_bus(Name=BUS)
    s3 = aws.client("s3")
    place = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    s3.put_object(Bucket=BUCKET, Key="data/a", Body=b"a")
    return aws


@pytest.fixture(scope="module")
def call(resources):
    """Return a function that makes one call with a role that has one statement."""
    count = iter(range(1000))

    def make(statement, service, operation, **arguments):
        name = f"caller-{next(count)}"
        role = create_role(resources, name, statement, WRITE_LOGS)
        function = Function(resources, name, CALL, Role=role)
        return function(service=service, operation=operation, arguments=arguments)[1]

    return make


def entry(**more):
    return {"Source": "loop", "DetailType": "Seen", "Detail": "{}", "EventBusName": BUS, **more}


def denials(aws):
    return aws.get("iam")["denied"]


@contextmanager
def denied(aws, times=1):
    before = denials(aws)
    yield
    assert denials(aws) == before + times


CONDITION = {"StringEquals": {"events:source": "loop"}}


@pytest.mark.parametrize(
    ("statement", "entries", "code"),
    [
        ({"Action": "events:PutEvents", "Resource": BUS_ARN}, [entry()], "OK"),
        ({"Action": "events:Put*", "Resource": "*"}, [entry()], "OK"),
        ({"Action": "events:PutRule", "Resource": BUS_ARN}, [entry()], "AccessDenied"),
        ({"Action": "events:PutEvents", "Resource": BUS_ARN + "s"}, [entry()], "AccessDenied"),
        (
            {"Action": "events:PutEvents", "Resource": BUS_ARN, "Condition": CONDITION},
            [entry()],
            "OK",
        ),
        (
            {"Action": "events:PutEvents", "Resource": BUS_ARN, "Condition": CONDITION},
            [entry(), entry(Source="forged")],
            "AccessDenied",
        ),
        (
            {"Action": "events:PutEvents", "Resource": BUS_ARN},
            [entry(), entry(EventBusName="default")],
            "AccessDenied",
        ),
    ],
    ids=[
        *("allowed", "wildcard", "other action", "other resource"),
        *("condition met", "one entry against the condition", "one entry for another bus"),
    ],
)
def test_identity_policy_decides_on_every_entry(call, statement, entries, code):
    found, message = call(statement, "events", "put_events", Entries=entries)
    assert found.removesuffix("Exception") == code
    if code != "OK":
        assert "is not authorized to perform: events:PutEvents on resource: " in message


def test_denial_is_counted_and_an_unused_grant_is_listed(resources, call):
    grant = {"Sid": "Both", "Action": ["s3:GetObject", "s3:PutObject"]}
    grant["Resource"] = f"arn:aws:s3:::{BUCKET}/data/*"
    with denied(resources, times=0):
        assert call(grant, "s3", "get_object", Bucket=BUCKET, Key="data/a") == ["OK", ""]
    with denied(resources):
        assert call(grant, "s3", "get_object", Bucket=BUCKET, Key="elsewhere")[0] == "AccessDenied"
    report = resources.get("iam")
    (denial,) = [d for d in report["denials"] if d["resource"].endswith("/elsewhere")]
    assert denial["action"] == "s3:GetObject"
    assert denial["principal"].startswith(f"arn:aws:sts::{ACCOUNT}:assumed-role/caller-")
    unused = [u["action"] for u in report["unused"] if u["role"].startswith("caller-")]
    assert "s3:PutObject" in unused


def test_missing_object_is_denied_to_a_role_that_may_not_list_the_bucket(call):
    read = {"Action": "s3:GetObject", "Resource": f"arn:aws:s3:::{BUCKET}/*"}
    both = {
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{BUCKET}", f"arn:aws:s3:::{BUCKET}/*"],
    }
    missing = {"Bucket": BUCKET, "Key": "missing"}
    assert call(read, "s3", "get_object", **missing)[0] == "AccessDenied"
    assert call(both, "s3", "get_object", **missing)[0] == "NoSuchKey"


def test_bucket_policy_denies_what_the_role_allows(resources, call):
    s3, objects = resources.client("s3"), f"arn:aws:s3:::{BUCKET}/*"
    deny = {"Effect": "Deny", "Principal": "*", "Action": "s3:PutObject", "Resource": objects}
    s3.put_bucket_policy(Bucket=BUCKET, Policy=json.dumps({"Statement": [deny]}))
    write = {"Action": "s3:PutObject", "Resource": objects}
    try:
        code, message = call(write, "s3", "put_object", Bucket=BUCKET, Key="b", Body="b")
    finally:
        s3.delete_bucket_policy(Bucket=BUCKET)
    assert code == "AccessDenied"
    assert "with an explicit deny in a resource-based policy" in message


@pytest.mark.parametrize("granted", [True, False])
@pytest.mark.parametrize("delegated", [True, False])
def test_encrypted_object_needs_the_key_in_the_role_and_in_the_key_policy(
    resources, call, granted, delegated
):
    kms, s3 = resources.client("kms"), resources.client("s3")
    root = f"arn:aws:iam::{ACCOUNT}:root" if delegated else f"arn:aws:iam::{ACCOUNT}:user/nobody"
    policy = document(Principal={"AWS": root}, Action="kms:*", Resource="*")
    key = kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]
    bucket = f"encrypted-{granted}-{delegated}".lower()
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    actions = ["s3:PutObject", *(["kms:GenerateDataKey"] if granted else [])]
    statement = {"Action": actions, "Resource": "*"}
    code, message = call(statement, "s3", "put_object", Bucket=bucket, Key="a", Body="a")
    assert code == ("OK" if granted and delegated else "AccessDenied")
    if code != "OK":
        assert "kms:GenerateDataKey" in message


def test_passed_role_needs_permission_for_the_service(call):
    create_model = {"Action": "sagemaker:CreateModel", "Resource": "*"}
    passing = {"Action": ["sagemaker:CreateModel", "iam:PassRole"], "Resource": "*"}
    arguments = {
        "ModelName": "m",
        "ExecutionRoleArn": f"arn:aws:iam::{ACCOUNT}:role/any",
        "PrimaryContainer": {"Image": "registry/any", "ModelDataUrl": "s3://guarded/m.tar.gz"},
    }
    condition = {"StringEquals": {"iam:PassedToService": "lambda.amazonaws.com"}}
    wrong = {**passing, "Condition": condition}
    code, message = call(create_model, "sagemaker", "create_model", **arguments)
    assert code == "AccessDeniedException"
    assert "iam:PassRole" in message
    assert call(wrong, "sagemaker", "create_model", **arguments)[0] == "AccessDeniedException"
    assert call(passing, "sagemaker", "create_model", **arguments)[0] == "OK"


def test_operation_that_the_local_aws_cannot_judge_is_denied(call):
    code, message = call(EVERYTHING, "sagemaker", "create_experiment", ExperimentName="any")
    assert code == "AccessDeniedException"
    assert "knows no permission" in message


def test_function_whose_role_no_longer_trusts_lambda_fails(resources):
    role = create_role(resources, "distrusted")
    function = Function(resources, "distrusted", CALL, Role=role)
    trust = document(Principal={"Service": "states.amazonaws.com"}, Action="sts:AssumeRole")
    resources.client("iam").update_assume_role_policy(RoleName="distrusted", PolicyDocument=trust)
    kind, payload = function(service="s3", operation="list_buckets", arguments={})
    assert kind == "Unhandled"
    assert payload["errorType"] == "AccessDeniedException"


def test_resource_is_not_created_with_a_role_that_does_not_trust_the_service(resources):
    client, name = resources.client("iam"), "lambda-only"
    trust = document(Principal={"Service": "lambda.amazonaws.com"}, Action="sts:AssumeRole")
    client.create_role(RoleName=name, AssumeRolePolicyDocument=trust)
    with pytest.raises(ClientError, match=r"cannot be assumed by 'states\.amazonaws\.com'"):
        resources.client("stepfunctions").create_state_machine(
            name="m",
            definition='{"StartAt":"A","States":{"A":{"Type":"Succeed"}}}',
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/{name}",
        )


def test_log_group_is_not_created_with_a_key_that_logs_may_not_use(resources):
    logs, kms = resources.client("logs"), resources.client("kms")
    groups = arn("logs", "log-group:/aws/*/loop-*")
    condition = {"ArnLike": {"kms:EncryptionContext:aws:logs:arn": groups}}
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": f"logs.{REGION}.amazonaws.com"},
        "Action": ["kms:Decrypt*", "kms:Encrypt*", "kms:GenerateDataKey*"],
        "Resource": "*",
        "Condition": condition,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    key = kms.create_key(Policy=policy)["KeyMetadata"]["Arn"]
    logs.create_log_group(logGroupName="/aws/lambda/loop-a", kmsKeyId=key)
    with pytest.raises(ClientError, match="not allowed to be used with"):
        logs.create_log_group(logGroupName="/aws/kinesisfirehose/loop", kmsKeyId=key)


@pytest.mark.parametrize("allowed", [True, False])
def test_rule_delivers_to_a_queue_only_if_the_queue_allows_it(resources, allowed):
    queue, dead = Queue(resources, f"target-{allowed}"), Queue(resources, f"dead-{allowed}")
    if not allowed:
        resources.client("sqs").set_queue_attributes(QueueUrl=queue.url, Attributes={"Policy": ""})
    target = {"Arn": queue.arn, "DeadLetterConfig": {"Arn": dead.arn}}
    add_rule(resources, f"deliver-{allowed}", target, {"detail-type": [f"To{allowed}"]}, bus=BUS)
    sent = resources.client("events").put_events(Entries=[entry(DetailType=f"To{allowed}")])
    assert sent["FailedEntryCount"] == 0
    assert len(queue.bodies()) == (1 if allowed else 0)
    codes = [m["MessageAttributes"]["ERROR_CODE"]["StringValue"] for m in dead.read()]
    assert codes == ([] if allowed else ["NO_PERMISSIONS"])


def test_operator_who_assumed_a_role_has_its_permissions_only(resources):
    statement = {"Action": "s3:ListBucket", "Resource": f"arn:aws:s3:::{BUCKET}"}
    s3 = assume(resources, "operator", statement)("s3")
    assert s3.list_objects_v2(Bucket=BUCKET)["KeyCount"] >= 1
    with pytest.raises(ClientError, match="s3:GetObject"):
        s3.get_object(Bucket=BUCKET, Key="data/a")


def test_deployer_creates_only_what_has_the_prefix(resources):
    client = assume(
        resources,
        "prefix-deployer",
        {"Action": "iam:*", "Resource": f"arn:aws:iam::{ACCOUNT}:role/mine-*"},
        {"Action": "events:*", "Resource": arn("events", "event-bus/mine")},
        {"Action": "sns:*", "Resource": arn("sns", "mine-*")},
        {"Action": "ecr:*", "Resource": arn("ecr", "repository/mine-*")},
        {"Action": "ecs:*", "Resource": arn("ecs", "cluster/mine-*")},
        {"Action": "lambda:AddPermission", "Resource": arn("lambda", "function:mine-*")},
    )
    Function(resources, "mine-function")
    creations = [
        lambda name: client("iam").create_role(
            RoleName=f"{name}-role", AssumeRolePolicyDocument=document()
        ),
        lambda name: client("events").create_event_bus(Name=name),
        lambda name: client("sns").create_topic(Name=f"{name}-topic"),
        lambda name: client("ecr").create_repository(repositoryName=f"{name}-images"),
        lambda name: client("ecs").create_cluster(clusterName=f"{name}-cluster"),
        lambda name: client("lambda").add_permission(
            FunctionName=f"{name}-function",
            StatementId="events",
            Action="lambda:InvokeFunction",
            Principal="events.amazonaws.com",
        ),
    ]
    for create in creations:
        create("mine")
        with pytest.raises(ClientError, match="not authorized"):
            create("other")


def test_role_is_passed_only_by_who_may_pass_it_to_the_service(resources):
    everything = {"Action": "states:*", "Resource": "*"}
    role = create_role(resources, "passed")
    machine = {
        "name": "passes",
        "roleArn": role,
        "definition": json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}}),
    }
    passing = {"Action": "iam:PassRole", "Resource": role}

    def to(service):
        return {"Condition": {"StringEquals": {"iam:PassedToService": f"{service}.amazonaws.com"}}}

    for number, statements in enumerate(([], [passing | to("lambda")])):
        client = assume(resources, f"passer-{number}", everything, *statements)("stepfunctions")
        with pytest.raises(ClientError, match="iam:PassRole"):
            client.create_state_machine(**machine)
    client = assume(resources, "passer", everything, passing | to("states"))("stepfunctions")
    client.create_state_machine(**machine)


def test_tag_with_a_comma_is_refused(resources):
    for client, create in (
        ("kinesis", lambda c, tags: c.create_stream(StreamName="s", ShardCount=1, Tags=tags)),
        ("lambda", lambda c, tags: Function(resources, "tagged", Tags=tags)),
    ):
        with pytest.raises(ClientError, match="failed to satisfy constraint"):
            create(resources.client(client), {"purpose": "rows, dead letters"})


def test_environment_of_a_function_is_limited_to_4_kb(resources):
    variables = {"A": "x" * 4090}
    with pytest.raises(ClientError, match="exceeded the 4KB limit"):
        Function(resources, "large", Environment={"Variables": variables})
    Function(resources, "small", Environment={"Variables": {"A": "x" * 4000}})
