"""The deployer against an account in memory that rejects what SageMaker rejects."""

import json

import pytest
from botocore.exceptions import ClientError

from endpoint_deployer import endpoint_status, handler
from endpoint_deployer.endpoint_status import EndpointNotReadyError, Step
from endpoint_deployer.resources import OtherPackageError
from tests.support import deployer_settings
from tests.support.aws_calls import CallError, names, stubbed
from tests.support.deployer_settings import ENDPOINTS, SERVERLESS
from tests.support.lambda_context import CONTEXT
from tests.support.sagemaker_account import ARN, Account

PACKAGE = f"{ARN}:model-package/test-models/3"
CANARY = {"kind": "canary", "percent": 50, "wait_seconds": 600, "termination_wait_seconds": 300}


@pytest.fixture
def account(monkeypatch):
    deployer_settings.set_all(monkeypatch)
    return Account()


@pytest.fixture
def configure(monkeypatch):
    """Return a function that changes the settings of endpoints."""
    return lambda **changed: deployer_settings.change(monkeypatch, **changed)


def call(account, action="deploy", stage="staging", version=3, package=PACKAGE):
    event = {"action": action, "stage": stage, "package_arn": package, "version": version}
    with (
        stubbed(handler.sagemaker, account.operations()) as seen,
        stubbed(handler.cloudwatch, {"DescribeAlarms": account.describe_alarms}),
    ):
        result = handler.lambda_handler({**event, "time": "2024-10-10T00:05:00.123Z"}, CONTEXT)
    return result, names(seen)


def promote(account, version=4):
    """Deploy another version to production, whose requests go to the endpoint of version 3."""
    serve(account, "test-production", "test-production-v3")
    newer = PACKAGE.replace("/3", f"/{version}")
    call(account, stage="production", version=version, package=newer)
    return account.updates[-1]


def serve(account, name="test-staging", config="test-staging-v3", status="InService"):
    account.endpoints[name] = {"EndpointConfigName": config, "EndpointStatus": status}


def test_first_deployment_creates_model_configuration_and_endpoint(account):
    assert call(account)[0] == {"step": "create"}
    model = account.models["test-v3"]
    assert model["PrimaryContainer"] == {"ModelPackageName": PACKAGE}
    capture = account.configs["test-staging-v3"]["DataCaptureConfig"]
    assert capture["DestinationS3Uri"] == "s3://bucket/data-capture/staging"
    assert capture["InitialSamplingPercentage"] == 100
    assert account.endpoints["test-staging"]["EndpointConfigName"] == "test-staging-v3"


def test_model_is_in_the_given_subnets_or_in_none(account, monkeypatch):
    call(account)
    assert "VpcConfig" not in account.models["test-v3"]
    network = {"SecurityGroupIds": ["sg-1"], "Subnets": ["subnet-1", "subnet-2"]}
    monkeypatch.setenv("VPC_CONFIG", json.dumps(network))
    account.endpoints.clear()
    call(account, version=4)
    assert account.models["test-v4"]["VpcConfig"] == network


def test_model_server_has_nginx_before_it_if_it_is_switched_on(account, configure):
    configure(nginx=True)
    call(account)
    container = account.models["test-v3"]["PrimaryContainer"]
    assert container["Environment"] == {"MODEL_SERVER_NGINX": "true"}


def test_production_has_its_own_instances_and_the_same_model(account):
    call(account)
    call(account, stage="production")
    variant = account.configs["test-production-v3"]["ProductionVariants"][0]
    assert (variant["InstanceType"], variant["InitialInstanceCount"]) == ("ml.m5.xlarge", 2)
    assert list(account.models) == ["test-v3"]


@pytest.mark.parametrize("status", ["Creating", "InService", "Updating", "SystemUpdating"])
def test_redelivered_deploy_changes_nothing(account, status):
    call(account)
    account.endpoints["test-staging"]["EndpointStatus"] = status
    result, calls = call(account)
    assert result == {"step": "nothing"}
    assert not {"CreateEndpoint", "UpdateEndpoint", "DeleteEndpoint"} & set(calls)
    assert len(account.models) == len(account.configs) == len(account.endpoints) == 1


def test_deploy_resumes_after_a_crash_between_configuration_and_endpoint(account):
    call(account)
    account.endpoints.clear()
    assert call(account)[0] == {"step": "create"}


def test_another_version_updates_the_endpoint_once(account):
    call(account)
    account.endpoints["test-staging"]["EndpointStatus"] = "InService"
    newer = PACKAGE.replace("/3", "/4")
    assert call(account, version=4, package=newer)[0] == {"step": "update"}
    assert call(account, version=4, package=newer)[0] == {"step": "nothing"}


@pytest.mark.parametrize("status", ["Creating", "Updating", "Deleting", "RollingBack"])
def test_endpoint_busy_with_another_version_is_retried(account, status):
    call(account)
    serve(account, config="test-staging-v2", status=status)
    with pytest.raises(EndpointNotReadyError, match="busy"):
        call(account)


def test_failed_endpoint_is_deleted_and_created_again(account):
    call(account)
    serve(account, status="Failed")
    with pytest.raises(EndpointNotReadyError, match="had failed"):
        call(account)
    assert call(account)[0] == {"step": "create"}


@pytest.mark.parametrize("status", ["InService", "Failed", "OutOfService"])
def test_tested_staging_is_deleted_once(account, status):
    call(account)
    account.endpoints["test-staging"]["EndpointStatus"] = status
    assert call(account, "delete")[0] == {"step": "delete"}
    assert account.endpoints == {}
    assert call(account, "delete")[0] == {"step": "nothing"}


@pytest.mark.parametrize("status", ["InService", "Creating", "Updating"])
def test_staging_of_another_deployment_is_not_deleted(account, status):
    serve(account, config="test-staging-v4", status=status)
    assert call(account, "delete") == ({"step": "nothing"}, ["DescribeEndpoint"])


def test_staging_that_is_being_updated_is_deleted_later(account):
    serve(account, status="Updating")
    with pytest.raises(EndpointNotReadyError, match="busy"):
        call(account, "delete")


def test_model_of_another_package_is_not_deployed(account):
    call(account, package=PACKAGE.replace("test-models", "other-models"))
    with pytest.raises(OtherPackageError, match="other-models"):
        call(account)


def test_other_validation_errors_are_raised(account):
    def refuse(**_):
        raise CallError("ValidationException", "no such package")

    account.create_model = refuse
    with pytest.raises(ClientError, match="no such package"):
        call(account)


def test_describe_reports_an_endpoint_being_created_and_in_service(account):
    call(account)
    assert call(account, "describe")[0] == {"status": "Creating", "failure_reason": ""}
    account.endpoints["test-staging"]["EndpointStatus"] = "InService"
    assert call(account, "describe")[0] == {"status": "InService", "failure_reason": ""}


def test_describe_does_not_take_a_rolled_back_update_for_a_success(account):
    serve(account, config="test-staging-v2")
    account.endpoints["test-staging"]["FailureReason"] = "no capacity"
    result, _ = call(account, "describe")
    assert result["status"] == "Failed"
    assert result["failure_reason"] == (
        "it serves test-staging-v2, not test-staging-v3: no capacity"
    )


def test_describe_reports_failed_and_missing_endpoints(account):
    assert call(account, "describe")[0]["failure_reason"] == "the endpoint does not exist"
    serve(account, status="Failed")
    assert call(account, "describe")[0]["status"] == "Failed"


def test_every_endpoint_status_has_a_step_and_a_report():
    statuses = handler.sagemaker.meta.service_model.shape_for("EndpointStatus").enum
    for status in statuses:
        endpoint = {"EndpointStatus": status, "EndpointConfigName": "other"}
        assert endpoint_status.next_step(endpoint, "wanted") in Step
        assert endpoint_status.report(endpoint, "wanted")["status"]


def test_unknown_action_is_invalid(account):
    with pytest.raises(ValueError, match="'remove'"):
        call(account, "remove")


def test_share_of_production_requests_is_captured(account):
    call(account, stage="production")
    capture = account.configs["test-production-v3"]["DataCaptureConfig"]
    assert capture["InitialSamplingPercentage"] == 80


def test_without_a_shift_all_requests_move_at_once(account):
    assert promote(account).keys() == {"EndpointName", "EndpointConfigName"}


def test_canary_is_rolled_back_by_alarms(account, configure):
    configure(shift=CANARY)
    found = promote(account)["DeploymentConfig"]
    policy = found["BlueGreenUpdatePolicy"]
    assert policy["TrafficRoutingConfiguration"] == {
        "Type": "CANARY",
        "CanarySize": {"Type": "CAPACITY_PERCENT", "Value": 50},
        "WaitIntervalInSeconds": 600,
    }
    assert policy["TerminationWaitInSeconds"] == 300
    assert policy["MaximumExecutionTimeoutInSeconds"] == 600 + 300 + 3600
    names_of_alarms = [
        alarm["AlarmName"] for alarm in found["AutoRollbackConfiguration"]["Alarms"]
    ]
    assert names_of_alarms == ENDPOINTS["rollback_alarms"]


def test_linear_shift_has_a_step_size(account, configure):
    configure(shift=CANARY | {"kind": "linear", "percent": 30})
    policy = promote(account)["DeploymentConfig"]["BlueGreenUpdatePolicy"]
    assert policy["TrafficRoutingConfiguration"]["LinearStepSize"]["Value"] == 30
    assert policy["MaximumExecutionTimeoutInSeconds"] == 3 * 600 + 300 + 3600


def test_alarm_that_is_raised_already_does_not_stop_the_remedy(account, configure):
    configure(shift=CANARY)
    account.alarms["test-production-loss"] = "ALARM"
    rollback = promote(account)["DeploymentConfig"]["AutoRollbackConfiguration"]
    assert [alarm["AlarmName"] for alarm in rollback["Alarms"]] == ["test-production-5xx"]
    account.alarms["test-production-5xx"] = "ALARM"
    assert "AutoRollbackConfiguration" not in promote(account, version=5)["DeploymentConfig"]


def test_staging_is_replaced_at_once(account, configure):
    configure(shift=CANARY, scales=True)
    serve(account, config="test-staging-v2")
    call(account)
    assert account.updates[-1].keys() == {"EndpointName", "EndpointConfigName"}


def test_update_keeps_the_number_of_instances_that_the_load_needs(account, configure):
    configure(scales=True)
    found = promote(account)
    assert found["RetainAllVariantProperties"]
    excluded = found["ExcludeRetainedVariantProperties"]
    assert {"VariantPropertyType": "DataCaptureConfig"} in excluded
    assert {"VariantPropertyType": "DesiredInstanceCount"} not in excluded


def test_serverless_production_has_no_instances_key_capture_or_isolation(account, configure):
    configure(serverless=SERVERLESS, capture_percent={"production": 0, "staging": 100})
    call(account, stage="production")
    config = account.configs["test-production-v3"]
    [variant] = config["ProductionVariants"]
    assert variant["ServerlessConfig"] == {"MaxConcurrency": 5, "MemorySizeInMB": 2048}
    assert not {"InstanceType", "InitialInstanceCount"} & variant.keys()
    assert not {"KmsKeyId", "DataCaptureConfig"} & config.keys()
    assert "EnableNetworkIsolation" not in account.models["test-v3"]
    call(account)
    assert "InstanceType" in account.configs["test-staging-v3"]["ProductionVariants"][0]


def test_endpoint_before_traffic_has_the_configuration_of_production(account):
    serve(account, "test-production", "test-production-v2")
    assert call(account, stage="pre-traffic")[0] == {"step": "create"}
    assert account.endpoints["test-pre-traffic"]["EndpointConfigName"] == "test-production-v3"
    assert account.endpoints["test-production"]["EndpointConfigName"] == "test-production-v2"
    account.endpoints["test-pre-traffic"]["EndpointStatus"] = "InService"
    assert call(account, "describe", stage="pre-traffic")[0]["status"] == "InService"
    assert call(account, "delete", stage="pre-traffic")[0] == {"step": "delete"}
    assert list(account.endpoints) == ["test-production"]
