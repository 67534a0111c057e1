"""Requests from a VPC: they need an endpoint that can be reached, and its policy's permission."""

import json
from contextlib import contextmanager

import pytest
from botocore.exceptions import ClientError

from tests.support import existing_network
from tests.support.lambda_function import Function
from tests.support.permissions import ROLE, WRITE_LOGS, create_role, document

pytestmark = pytest.mark.integration

REGION, ACCOUNT = "eu-west-1", "123456789012"
BUCKET = "private"
IMAGE = f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/loop-forecaster:1"
ACCOUNT_ONLY = {"StringEquals": {"aws:PrincipalAccount": ACCOUNT, "aws:ResourceAccount": ACCOUNT}}
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
GET_OBJECT = {"service": "s3", "operation": "get_object"}
GET_OBJECT["arguments"] = {"Bucket": BUCKET, "Key": "a"}
GET_PARAMETER = {"service": "ssm", "operation": "get_parameter", "arguments": {"Name": "/a"}}


class Vpc:
    """Subnets with security groups like those of modules/private_network, without endpoints."""

    def __init__(self, aws):
        self.ec2 = aws.client("ec2")
        self.given = existing_network.create(self.ec2)
        names = ("workload", "endpoints")
        self.workload, self.endpoints = (
            self.ec2.create_security_group(
                GroupName=name, Description=name, VpcId=self.given["vpc_id"]
            )["GroupId"]
            for name in names
        )
        everything = {"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}
        self.ec2.revoke_security_group_egress(GroupId=self.workload, IpPermissions=[everything])
        self.egress = self.https(UserIdGroupPairs=[{"GroupId": self.endpoints}])
        self.ec2.authorize_security_group_egress(
            GroupId=self.workload, IpPermissions=[self.egress]
        )
        self.s3_allowed = False
        self.ingress = self.https(UserIdGroupPairs=[{"GroupId": self.workload}])
        self.ec2.authorize_security_group_ingress(
            GroupId=self.endpoints, IpPermissions=[self.ingress]
        )

    @staticmethod
    def https(**peers):
        return {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, **peers}

    @property
    def config(self):
        return {"SubnetIds": self.given["subnet_ids"], "SecurityGroupIds": [self.workload]}

    @property
    def sagemaker_config(self):
        return {"Subnets": self.given["subnet_ids"], "SecurityGroupIds": [self.workload]}

    @contextmanager
    def endpoint(self, service, statement=None, **settings):
        """Create an interface endpoint for the time of a `with`."""
        anyone = {"Principal": "*", "Action": "*", "Resource": "*"}
        created = self.ec2.create_vpc_endpoint(
            **{
                "VpcId": self.given["vpc_id"],
                "ServiceName": f"com.amazonaws.{REGION}.{service}",
                "VpcEndpointType": "Interface",
                "SubnetIds": self.given["subnet_ids"],
                "SecurityGroupIds": [self.endpoints],
                "PrivateDnsEnabled": True,
                "PolicyDocument": document(**(statement or anyone)),
                **settings,
            }
        )["VpcEndpoint"]["VpcEndpointId"]
        try:
            yield created
        finally:
            self.ec2.delete_vpc_endpoints(VpcEndpointIds=[created])

    def gateway(self, **settings):
        """Create the gateway endpoint of S3 for the time of a `with`."""
        settings = {"RouteTableIds": self.given["route_table_ids"], **settings}
        common = {"SubnetIds": [], "SecurityGroupIds": [], "PrivateDnsEnabled": False}
        return self.endpoint("s3", **{**common, "VpcEndpointType": "Gateway", **settings})

    def allow_s3(self, allowed=True):
        """Let the workload's security group allow egress to S3, or not."""
        if allowed == self.s3_allowed:
            return
        self.s3_allowed = allowed
        name = f"com.amazonaws.{REGION}.s3"
        filters = [{"Name": "prefix-list-name", "Values": [name]}]
        [found] = self.ec2.describe_managed_prefix_lists(Filters=filters)["PrefixLists"]
        rule = self.https(PrefixListIds=[{"PrefixListId": found["PrefixListId"]}])
        client = self.ec2
        change = (
            client.authorize_security_group_egress
            if allowed
            else client.revoke_security_group_egress
        )
        change(GroupId=self.workload, IpPermissions=[rule])


@pytest.fixture(scope="module")
def vpc(aws):
    place = {"LocationConstraint": REGION}
    aws.client("s3").create_bucket(Bucket=BUCKET, CreateBucketConfiguration=place)
    aws.client("s3").put_object(Bucket=BUCKET, Key="a", Body=b"a")
    aws.client("ssm").put_parameter(Name="/a", Value="1", Type="String")
    return Vpc(aws)


@pytest.fixture(scope="module")
def inside(aws, vpc):
    """A function in the VPC, with all permissions -> its invocation."""
    function = Function(aws, "inside", CALL, VpcConfig=vpc.config)
    return lambda request: function(**request)[1]


@pytest.fixture(scope="module")
def outside(aws, vpc):
    function = Function(aws, "outside", CALL)
    return lambda request: function(**request)[1]


def test_function_reaches_only_services_with_an_endpoint(aws, vpc, inside, outside):
    assert outside(GET_PARAMETER) == ["OK", ""]
    before = aws.get("iam")["denied"]
    code, message = inside(GET_PARAMETER)
    assert code == "AccessDeniedException"
    assert f"the VPC has no endpoint for com.amazonaws.{REGION}.ssm" in message
    assert aws.get("iam")["denied"] == before + 1
    with vpc.endpoint("ssm"):
        assert inside(GET_PARAMETER) == ["OK", ""]
    with vpc.endpoint("events"):
        assert inside(GET_PARAMETER)[0] == "AccessDeniedException"


def test_endpoint_of_another_vpc_is_of_no_use(aws, inside):
    with Vpc(aws).endpoint("ssm"):
        assert "has no endpoint" in inside(GET_PARAMETER)[1]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ({"Action": "ssm:*", "Resource": "*", "Condition": ACCOUNT_ONLY}, "OK"),
        (
            {
                "Action": "ssm:*",
                "Resource": "*",
                "Condition": {"StringEquals": {"aws:PrincipalAccount": "999999999999"}},
            },
            "AccessDeniedException",
        ),
        ({"Action": "ssm:PutParameter", "Resource": "*"}, "AccessDeniedException"),
        (
            {"Action": "ssm:*", "Resource": f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter/b"},
            "AccessDeniedException",
        ),
    ],
    ids=["this account", "another account", "another action", "another resource"],
)
def test_policy_of_the_endpoint_decides(vpc, inside, statement, code):
    with vpc.endpoint("ssm", {"Principal": {"AWS": "*"}, **statement}):
        found, message = inside(GET_PARAMETER)
    assert found == code
    if code != "OK":
        assert "no VPC endpoint policy allows the ssm:GetParameter action" in message


def test_usual_host_name_leads_to_the_endpoint_only_with_private_dns(vpc, inside):
    with vpc.endpoint("ssm", PrivateDnsEnabled=False):
        assert "has no private DNS" in inside(GET_PARAMETER)[1]


def test_both_security_groups_must_allow_the_connection(vpc, inside):
    ingress = {"GroupId": vpc.endpoints, "IpPermissions": [vpc.ingress]}
    egress = {"GroupId": vpc.workload, "IpPermissions": [vpc.egress]}
    with vpc.endpoint("ssm"):
        vpc.ec2.revoke_security_group_ingress(**ingress)
        assert "allows no ingress from the security group" in inside(GET_PARAMETER)[1]
        vpc.ec2.authorize_security_group_ingress(**ingress)
        vpc.ec2.revoke_security_group_egress(**egress)
        assert "no security group allows egress to the endpoint" in inside(GET_PARAMETER)[1]
        vpc.ec2.authorize_security_group_egress(**egress)
        assert inside(GET_PARAMETER) == ["OK", ""]


def test_s3_needs_a_route_and_its_prefix_list(vpc, inside):
    vpc.allow_s3(False)
    with vpc.gateway():
        assert "allows egress to the prefix list" in inside(GET_OBJECT)[1]
        vpc.allow_s3()
        assert inside(GET_OBJECT) == ["OK", ""]
    with vpc.gateway(RouteTableIds=[]):
        assert "has no route to the endpoint" in inside(GET_OBJECT)[1]


@pytest.mark.parametrize(
    ("service", "request_", "missing"),
    [
        (
            "sagemaker.api",
            ("sagemaker-runtime", "invoke_endpoint", {"EndpointName": "e", "Body": "b"}),
            "sagemaker.runtime",
        ),
        (
            "sagemaker.runtime",
            (
                "sagemaker-featurestore-runtime",
                "get_record",
                {"FeatureGroupName": "g", "RecordIdentifierValueAsString": "r"},
            ),
            "sagemaker.featurestore-runtime",
        ),
        (
            "sagemaker.featurestore-runtime",
            ("sagemaker", "describe_endpoint", {"EndpointName": "e"}),
            "sagemaker.api",
        ),
    ],
)
def test_the_three_apis_of_sagemaker_have_endpoints_of_their_own(
    vpc, inside, service, request_, missing
):
    name, operation, arguments = request_
    request = {"service": name, "operation": operation, "arguments": arguments}
    with vpc.endpoint(service):
        assert f"no endpoint for com.amazonaws.{REGION}.{missing} " in inside(request)[1] + " "
    with vpc.endpoint(missing):
        assert "no endpoint for" not in inside(request)[1]


def test_role_of_a_function_in_a_vpc_may_manage_network_interfaces(aws, vpc):
    role = create_role(aws, "without-ec2", WRITE_LOGS)
    with pytest.raises(ClientError, match="permissions to call CreateNetworkInterface on EC2"):
        Function(aws, "unconnected", CALL, VpcConfig=vpc.config, Role=role)
    Function(aws, "unconnected", CALL, Role=role)


def processing_job(aws, name, role=ROLE, **network):
    """Run a job that reads an object -> its description."""
    sagemaker = aws.client("sagemaker")
    sagemaker.create_processing_job(
        ProcessingJobName=name,
        RoleArn=role,
        AppSpecification={"ImageUri": IMAGE, "ContainerEntrypoint": ["python", "-c", "pass"]},
        ProcessingResources={
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 1,
            }
        },
        ProcessingInputs=[
            {
                "InputName": "data",
                "S3Input": {
                    "S3Uri": f"s3://{BUCKET}/a",
                    "LocalPath": "/opt/ml/processing/data",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            }
        ],
        NetworkConfig=network,
    )
    aws.settle()
    return sagemaker.describe_processing_job(ProcessingJobName=name)


def test_data_of_a_job_comes_through_the_gateway(aws, vpc):
    config = vpc.sagemaker_config
    vpc.allow_s3()
    found = processing_job(aws, "no-route", VpcConfig=config)
    assert found["ProcessingJobStatus"] == "Failed"
    assert f"no endpoint for com.amazonaws.{REGION}.s3" in found["FailureReason"]
    with vpc.gateway():
        found = processing_job(aws, "with-route", VpcConfig=config)
    assert found["ProcessingJobStatus"] == "Completed", found.get("FailureReason")
    assert found["NetworkConfig"]["VpcConfig"] == config


def test_role_of_a_job_in_a_vpc_may_create_network_interfaces(aws, vpc):
    read = {"Action": ["s3:*", "logs:*", "cloudwatch:*", "ecr:*"], "Resource": "*"}
    role = create_role(aws, "job-without-ec2", read)
    vpc.allow_s3()
    with vpc.gateway():
        found = processing_job(aws, "unconnected", role, VpcConfig=vpc.sagemaker_config)
        assert "ec2:" in found["FailureReason"]
        assert processing_job(aws, "elsewhere", role)["ProcessingJobStatus"] == "Completed"


def test_endpoints_and_rules_are_described_as_they_were_created(vpc):
    policy = {"Principal": "*", "Action": "ssm:*", "Resource": "*"}
    with vpc.endpoint("ssm", policy) as name:
        [found] = vpc.ec2.describe_vpc_endpoints(VpcEndpointIds=[name])["VpcEndpoints"]
        assert json.loads(found["PolicyDocument"]) == json.loads(document(**policy))
        assert [group["GroupId"] for group in found["Groups"]] == [vpc.endpoints]
        assert found["PrivateDnsEnabled"]
        vpc.ec2.modify_vpc_endpoint(
            VpcEndpointId=name,
            AddSecurityGroupIds=[vpc.workload],
            RemoveSecurityGroupIds=[vpc.endpoints],
            PrivateDnsEnabled=False,
        )
        [found] = vpc.ec2.describe_vpc_endpoints(VpcEndpointIds=[name])["VpcEndpoints"]
        assert [group["GroupId"] for group in found["Groups"]] == [vpc.workload]
        assert not found["PrivateDnsEnabled"]
        assert json.loads(found["PolicyDocument"]) == json.loads(document(**policy))
