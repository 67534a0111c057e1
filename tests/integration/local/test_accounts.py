"""Two accounts: what crosses is checked on both sides, everything else is refused."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest
from botocore.exceptions import ClientError

from tests.support.event_queue import BUS, Queue, add_rule
from tests.support.local_aws import REGION
from tests.support.permissions import assume, create_role, document
from tests.support.two_accounts import ABSENT, ACCOUNT, OTHER, settle, two_accounts

pytestmark = pytest.mark.integration

SOURCE, KIND = "evergreen.test", "Version Approved"
PATTERN = {"source": [SOURCE]}


@pytest.fixture(scope="module")
def accounts(tmp_path_factory):
    with two_accounts(tmp_path_factory.mktemp("accounts")) as both:
        for aws in both:
            aws.client("events").create_event_bus(Name=BUS)
        yield both


@pytest.fixture(scope="module")
def aws(accounts):
    """Return the first account, in which the tests of this folder have a role."""
    return accounts[0]


@pytest.fixture
def name(request):
    """Return a name that no other test has."""
    kept = [letter if letter.isalnum() else "-" for letter in request.node.name.lower()]
    return "".join(kept)[-50:].strip("-")


def statement(account, **more):
    return {"Principal": {"AWS": f"arn:aws:iam::{account}:root"}, **more}


def allow_events(aws, sid, account=ACCOUNT, **conditions):
    """Let another account put events on the bus, by a statement that other tests do not have."""
    events, bus = aws.client("events"), aws.arn("events", f"event-bus/{BUS}")
    policy = json.loads(events.describe_event_bus(Name=BUS).get("Policy", '{"Statement": []}'))
    more = {"Condition": {"StringEquals": conditions}} if conditions else {}
    added = statement(account, Sid=sid, Action="events:PutEvents", Resource=bus, **more)
    statements = [*policy["Statement"], {"Effect": "Allow", **added}]
    events.put_permission(EventBusName=BUS, Policy=json.dumps({"Statement": statements}))


@pytest.fixture
def second_bus(accounts):
    """Return the ARN of the bus of the second account, which has no policy."""
    second = accounts[1]
    events = second.client("events")
    if "Policy" in events.describe_event_bus(Name=BUS):
        events.remove_permission(EventBusName=BUS, RemoveAllPermissions=True)
    return second.arn("events", f"event-bus/{BUS}")


def forward(aws, name, bus, *statements, **target):
    """Add a rule to a bus of the first account with a bus of the other one as its target."""
    role = create_role(aws, name, *statements)
    dead = Queue(aws, f"dead-{name}"[:80])
    target = {"Arn": bus, "RoleArn": role, "DeadLetterConfig": {"Arn": dead.arn}, **target}
    add_rule(aws, name, target, {"detail-type": [f"{KIND} {name}"]})
    return dead


def put(aws, name, **detail):
    entry = {"Source": SOURCE, "DetailType": f"{KIND} {name}", "EventBusName": BUS}
    sent = aws.client("events").put_events(Entries=[{**entry, "Detail": json.dumps(detail)}])
    assert sent["FailedEntryCount"] == 0
    return sent["Entries"][0]["EventId"]


def attributes(message):
    return {key: value["StringValue"] for key, value in message["MessageAttributes"].items()}


def test_each_server_is_an_account_of_its_own(accounts):
    for aws, number in zip(accounts, (ACCOUNT, OTHER), strict=True):
        assert aws.client("sts").get_caller_identity()["Account"] == number
        assert aws.get("clock")["account"] == number
        queue = Queue(aws, "own")
        found = aws.client("sqs").get_queue_attributes(
            QueueUrl=queue.url, AttributeNames=["QueueArn"]
        )
        assert found["Attributes"]["QueueArn"] == f"arn:aws:sqs:{REGION}:{number}:own"


def test_event_reaches_a_bus_of_the_other_account_as_it_was_sent(accounts, second_bus, name):
    first, second = accounts
    allow_events(second, "first")
    queue = Queue(second, name)
    add_rule(second, name, {"Arn": queue.arn}, PATTERN)
    dead = forward(first, name, second_bus, {"Action": "events:PutEvents", "Resource": second_bus})
    event_id = put(first, name, version=3)
    settle(*accounts)
    (event,) = queue.bodies()
    second.client("events").delete_rule(Name=name, EventBusName=BUS)
    assert (event["id"], event["account"], event["detail"]) == (event_id, ACCOUNT, {"version": 3})
    assert dead.read() == []


def test_event_of_a_service_can_be_forwarded(accounts, second_bus, name):
    first, second = accounts
    allow_events(second, "first", **{"events:source": "aws.sagemaker"})
    queue, dead = Queue(second, name), Queue(first, f"dead-{name}")
    group = name[:40].rstrip("-")
    pattern = {"source": ["aws.sagemaker"], "detail": {"ModelPackageGroupName": [group]}}
    add_rule(second, name, {"Arn": queue.arn}, pattern)
    role = create_role(first, name)
    target = {"Arn": second_bus, "RoleArn": role, "DeadLetterConfig": {"Arn": dead.arn}}
    add_rule(first, name, target, pattern, bus="default")
    package = register(first, group)
    settle(*accounts)
    assert [event["resources"] for event in queue.bodies()] == [[package]]
    assert dead.read() == []


@pytest.mark.parametrize(
    ("role", "policy", "reason"),
    [
        ({"Action": "events:PutEvents", "Resource": "*"}, None, "resource-based"),
        ({"Action": "events:PutEvents", "Resource": "*"}, {"account": ABSENT}, "resource-based"),
        (
            {"Action": "events:PutEvents", "Resource": "*"},
            {"events:detail-type": "Other"},
            "resource-based",
        ),
        ({"Action": "events:PutRule", "Resource": "*"}, {}, "identity-based"),
    ],
    ids=["no-policy", "other-account", "other-detail-type", "role-without-permission"],
)
def test_event_without_permission_is_sent_to_the_dead_letter_queue(
    accounts, second_bus, name, role, policy, reason
):
    first, second = accounts
    if policy is not None:
        allow_events(second, "first", **policy)
    queue = Queue(second, name)
    add_rule(second, name, {"Arn": queue.arn}, PATTERN)
    dead = forward(first, name, second_bus, role)
    before = first.get("iam")["denied"]
    put(first, name)
    settle(*accounts)
    (message,) = dead.read()
    found = attributes(message)
    assert (found["ERROR_CODE"], found["RETRY_ATTEMPTS"]) == ("NO_PERMISSIONS", "0")
    assert found["TARGET_ARN"] == second_bus
    assert f"no {reason} policy allows the events:PutEvents action" in found["ERROR_MESSAGE"]
    assert queue.bodies() == []
    assert first.get("iam")["denied"] == before + 1


def test_delivery_to_an_account_that_does_not_respond_is_retried_and_given_up(accounts, name):
    first = accounts[0]
    bus = f"arn:aws:events:{REGION}:{ABSENT}:event-bus/{BUS}"
    dead = forward(first, name, bus, RetryPolicy={"MaximumRetryAttempts": 3})
    put(first, name)
    assert dead.read() == []
    first.pass_minutes(1)
    (message,) = dead.read()
    found = attributes(message)
    assert found["ERROR_CODE"] == "CONNECTION_FAILURE"
    assert found["RETRY_ATTEMPTS"] == "3"
    assert found["EXHAUSTED_RETRY_CONDITION"] == "MaximumRetryAttempts"
    assert ABSENT in found["ERROR_MESSAGE"]


def test_failed_delivery_succeeds_when_it_is_retried(accounts, second_bus, name):
    first, second = accounts
    allow_events(second, "first")
    queue = Queue(second, name)
    add_rule(second, name, {"Arn": queue.arn}, PATTERN)
    dead = forward(first, name, second_bus)
    failing = {"service": "delivery", "operation": f"^{name}$", "status": 500, "times": 2}
    first.post("faults", faults=[failing])
    put(first, name)
    settle(*accounts)
    assert queue.bodies() == []
    first.pass_minutes(1)
    settle(*accounts)
    assert len(queue.bodies()) == 1
    assert dead.read() == []
    second.client("events").delete_rule(Name=name, EventBusName=BUS)


def test_event_of_another_account_is_not_sent_on_to_a_third_one(accounts, second_bus, name):
    first, second = accounts
    allow_events(second, "first")
    third = f"arn:aws:events:{REGION}:{ABSENT}:event-bus/{BUS}"
    dead = forward(second, name, third)
    forward(first, name, second_bus)
    put(first, name)
    settle(*accounts)
    (message,) = dead.read()
    assert attributes(message)["ERROR_CODE"] == "THIRD_ACCOUNT_HOP_DETECTED"


@pytest.fixture(scope="module")
def shared(accounts):
    """Return a bucket of the first account with a key, and the ARN of the key."""
    first = accounts[0]
    s3, bucket = first.client("s3"), "shared"
    key = first.client("kms").create_key(Policy=key_policy())["KeyMetadata"]["Arn"]
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]
    s3.put_bucket_encryption(Bucket=bucket, ServerSideEncryptionConfiguration={"Rules": rules})
    s3.put_object(Bucket=bucket, Key="training/a b/model.tar.gz", Body=b"0123456789")
    return bucket, key


def key_policy(*statements):
    own = statement(ACCOUNT, Action="kms:*", Resource="*")
    return document(own, *statements)


READ = [
    {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::shared/training/*"},
    {"Action": "s3:ListBucket", "Resource": "arn:aws:s3:::shared"},
]


def share(accounts, shared, name, *, identity=READ, key=True, policy=READ, key_statement=True):
    """Return a client of a role of the second account, with such permissions on both sides."""
    (first, second), (bucket, key_arn) = accounts, shared
    role = f"arn:aws:iam::{OTHER}:role/{name}"
    decrypt = {"Action": "kms:Decrypt", "Resource": key_arn}
    client = assume(second, name, *identity, *([decrypt] if key else []))
    only = {"Condition": {"ArnEquals": {"aws:PrincipalArn": role}}}
    s3, kms = first.client("s3"), first.client("kms")
    if policy:
        granted = [statement(OTHER, **entry, **only) for entry in policy]
        s3.put_bucket_policy(Bucket=bucket, Policy=document(*granted))
    else:
        s3.delete_bucket_policy(Bucket=bucket)
    via = {"StringEquals": {"kms:ViaService": f"s3.{REGION}.amazonaws.com"}}
    of_key = statement(OTHER, Action="kms:Decrypt", Resource="*", Condition=via)
    granted = key_policy(*([of_key] if key_statement else []))
    kms.put_key_policy(KeyId=key_arn, PolicyName="default", Policy=granted)
    return client("s3")


OBJECT = {"Bucket": "shared", "Key": "training/a b/model.tar.gz"}


def test_object_of_the_other_account_is_read(accounts, shared, name):
    s3 = share(accounts, shared, name)
    assert s3.get_object(**OBJECT)["Body"].read() == b"0123456789"
    assert s3.get_object(**OBJECT, Range="bytes=2-4")["Body"].read() == b"234"
    assert s3.head_object(**OBJECT)["ContentLength"] == 10
    listed = s3.list_objects_v2(Bucket="shared", Prefix="training/a b/")
    assert [entry["Key"] for entry in listed["Contents"]] == [OBJECT["Key"]]
    with pytest.raises(ClientError, match="NoSuchKey"):
        s3.get_object(Bucket="shared", Key="training/missing")
    assert [denial for aws in accounts for denial in of_role(aws, name)] == []


@pytest.mark.parametrize(
    ("missing", "action", "kind"),
    [
        ({"identity": READ[1:]}, "s3:GetObject", "identity-based"),
        ({"policy": READ[1:]}, "s3:GetObject", "resource-based"),
        ({"policy": []}, "s3:GetObject", "resource-based"),
        ({"key": False}, "kms:Decrypt", "identity-based"),
        ({"key_statement": False}, "kms:Decrypt", "resource-based"),
    ],
    ids=["role", "bucket-policy-statement", "bucket-policy", "key-in-role", "key-policy"],
)
def test_object_is_refused_without_one_statement(accounts, shared, name, missing, action, kind):
    s3 = share(accounts, shared, name, **missing)
    for read in (s3.get_object, s3.head_object):
        with pytest.raises(ClientError) as refused:
            read(**OBJECT)
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403
    (denial,) = of_role(accounts[1], name)
    assert (denial["action"], kind in denial["reason"]) == (action, True)


def test_missing_object_is_denied_to_who_may_not_list_the_bucket_of_the_other_account(
    accounts, shared, name
):
    s3 = share(accounts, shared, name, policy=READ[:1])
    with pytest.raises(ClientError, match="AccessDenied"):
        s3.get_object(Bucket="shared", Key="training/missing")


def of_role(aws, name):
    return [row for row in aws.get("iam")["denials"] if f"/{name}/" in row["principal"]]


def register(aws, group):
    sagemaker = aws.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName=group)
    return sagemaker.create_model_package(
        ModelPackageGroupName=group,
        InferenceSpecification={
            "Containers": [{"Image": "image", "ModelDataUrl": "s3://shared/m.tar.gz"}],
            "SupportedContentTypes": ["application/json"],
            "SupportedResponseMIMETypes": ["application/json"],
        },
    )["ModelPackageArn"]


REGISTRY = ["sagemaker:DescribeModelPackage", "sagemaker:ListModelPackages"]


def test_versions_of_the_other_account_are_described_and_listed(accounts, name):
    first, second = accounts
    group = name[:40].rstrip("-")
    package = register(first, group)
    register(second, group)  # of the same name
    versions = first.arn("sagemaker", f"model-package/{group}/*")
    group_arn = first.arn("sagemaker", f"model-package-group/{group}")
    policy = document(statement(OTHER, Action=REGISTRY, Resource=versions))
    registry = first.client("sagemaker")
    client = assume(second, name, {"Action": "sagemaker:*", "Resource": "*"})("sagemaker")

    with pytest.raises(ClientError, match="no resource-based policy allows"):
        client.describe_model_package(ModelPackageName=package)
    registry.put_model_package_group_policy(ModelPackageGroupName=group, ResourcePolicy=policy)
    described = client.describe_model_package(ModelPackageName=package)
    assert described["ModelPackageArn"] == package
    listed = client.list_model_packages(ModelPackageGroupName=group_arn)
    assert [row["ModelPackageArn"] for row in listed["ModelPackageSummaryList"]] == [package]

    powerless = assume(second, f"powerless-{name}"[:60], {"Action": "s3:*", "Resource": "*"})
    with pytest.raises(ClientError, match="no identity-based policy allows"):
        powerless("sagemaker").describe_model_package(ModelPackageName=package)
    with pytest.raises(ClientError, match="no such request across accounts"):
        client.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Approved")
    with pytest.raises(ClientError, match="AccessDenied"):
        second.client("sagemaker").describe_model_package(ModelPackageName=package)
    registry.delete_model_package_group_policy(ModelPackageGroupName=group)
    with pytest.raises(ClientError, match="no resource-based policy allows"):
        client.list_model_packages(ModelPackageGroupName=group_arn)


@pytest.mark.parametrize(
    ("service", "operation", "arguments"),
    [
        ("s3", "put_object", {"Bucket": "shared", "Key": "training/b", "Body": b"b"}),
        ("s3", "delete_object", OBJECT),
        ("s3", "list_objects", {"Bucket": "shared"}),
        ("sns", "publish", {"TopicArn": f"arn:aws:sns:{REGION}:{ACCOUNT}:t", "Message": "m"}),
        (
            "lambda",
            "invoke",
            {"FunctionName": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:f"},
        ),
        ("sts", "assume_role", {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/any"}),
    ],
    ids=["put", "delete", "other-listing", "topic", "function", "role"],
)
def test_any_other_request_across_accounts_is_refused(
    accounts, shared, name, service, operation, arguments
):
    arguments = dict(arguments)
    if service == "sts":
        arguments["RoleSessionName"] = "me"
    client = assume(accounts[1], name, {"Action": "*", "Resource": "*"})(service)
    with pytest.raises(ClientError) as refused:
        getattr(client, operation)(**arguments)
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] in {400, 403}
    (denial,) = of_role(accounts[1], name)
    assert "no such request across accounts" in denial["reason"]


def test_two_accounts_can_ask_each_other_at_the_same_time(accounts, shared):
    first, second = accounts
    place = {"LocationConstraint": REGION}
    second.client("s3").create_bucket(Bucket="shared-too", CreateBucketConfiguration=place)
    everything = {"Action": "*", "Resource": "*"}
    clients = [
        (assume(first, "at-once", everything)("s3"), "shared-too"),
        (assume(second, "at-once", everything)("s3"), "shared"),
    ]

    def read(number):
        s3, bucket = clients[number % 2]
        with pytest.raises(ClientError):
            s3.get_object(Bucket=bucket, Key="none")
        return number

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(read, range(40), timeout=60)) == list(range(40))


def test_policy_cannot_name_a_role_of_the_other_account_that_does_not_exist(accounts, name):
    first, second = accounts
    group = name[:40].rstrip("-")
    register(first, group)
    s3, kms, sagemaker = (first.client(service) for service in ("s3", "kms", "sagemaker"))
    bucket = f"policy-{group}"
    place = {"LocationConstraint": REGION}
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration=place)
    role = {"AWS": f"arn:aws:iam::{OTHER}:role/{name}"}
    versions = first.arn("sagemaker", f"model-package/{group}/*")
    bus = first.arn("events", f"event-bus/{BUS}")

    def policy(action, resource):
        own = statement(ACCOUNT, Action=action.partition(":")[0] + ":*", Resource=resource)
        return document(own, Principal=role, Action=action, Resource=resource)

    objects = f"arn:aws:s3:::{bucket}/*"
    writes = [
        lambda: s3.put_bucket_policy(Bucket=bucket, Policy=policy("s3:GetObject", objects)),
        lambda: kms.create_key(Policy=policy("kms:Decrypt", "*")),
        lambda: sagemaker.put_model_package_group_policy(
            ModelPackageGroupName=group,
            ResourcePolicy=policy("sagemaker:DescribeModelPackage", versions),
        ),
        lambda: first.client("events").put_permission(
            EventBusName=BUS, Policy=policy("events:PutEvents", bus)
        ),
    ]
    for write in writes:
        with pytest.raises(ClientError, match=r"[Ii]nvalid principal"):
            write()
    create_role(second, name)
    for write in writes:
        write()


def test_image_of_the_other_account_is_pulled_if_its_repository_allows_it(accounts, name):
    first, second = accounts
    ecr, sagemaker = first.client("ecr"), second.client("sagemaker")
    repository = "shared-forecaster"
    ecr.create_repository(repositoryName=repository)
    role = create_role(second, name)

    def failure(number):
        job = f"pull-{number}"
        image = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/{repository}:1"
        instance = {"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1}
        sagemaker.create_processing_job(
            ProcessingJobName=job,
            RoleArn=role,
            AppSpecification={"ImageUri": image, "ContainerEntrypoint": ["true"]},
            ProcessingResources={"ClusterConfig": instance},
        )
        second.settle()
        return sagemaker.describe_processing_job(ProcessingJobName=job).get("FailureReason", "")

    reason = "no resource-based policy allows the ecr:BatchCheckLayerAvailability action"
    assert reason in failure(1)
    pull = [f"ecr:{name}" for name in ("BatchCheckLayerAvailability", "BatchGetImage")]
    pull.append("ecr:GetDownloadUrlForLayer")
    policy = document(statement(OTHER, Action=pull))
    ecr.set_repository_policy(repositoryName=repository, policyText=policy)
    assert "ecr:" not in failure(2)
