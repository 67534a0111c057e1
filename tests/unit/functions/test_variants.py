"""A second version beside the one in production."""

import pytest

from common.model_packages import served_version
from endpoint_deployer import handler
from endpoint_deployer.endpoint_status import EndpointNotReadyError
from endpoint_deployer.second_version import VariantError
from tests.support import deployer_settings
from tests.support.aws_calls import stubbed
from tests.support.lambda_context import CONTEXT
from tests.support.sagemaker_account import ARN, Account

SPLIT = {"kind": "split", "weight": 0.2}
SHADOW = {"kind": "shadow"}
SINGLE = {"kind": "single"}


@pytest.fixture
def account(monkeypatch):
    deployer_settings.set_all(monkeypatch)
    return Account()


@pytest.fixture
def production(account):
    """Serve version 3 in production."""
    serve(account, "test-production-v3")
    return account


def serve(account, config, status="InService"):
    found = {"EndpointConfigName": config, "EndpointStatus": status}
    account.endpoints["test-production"] = found


def call(account, variants, version=4, action="deploy"):
    event = {
        "action": action,
        "stage": "production",
        "package_arn": f"{ARN}:model-package/test-models/{version}",
        "version": version,
        "variants": variants,
    }
    with stubbed(handler.sagemaker, account.operations()):
        return handler.lambda_handler(event, CONTEXT)


def test_second_version_answers_its_share(production):
    assert call(production, SPLIT) == {"step": "update"}
    config = production.configs["test-production-v3-split-v4-2000"]
    first, second = config["ProductionVariants"]
    assert (first["VariantName"], first["ModelName"]) == ("AllTraffic", "test-v3")
    assert (second["VariantName"], second["ModelName"]) == ("Challenger", "test-v4")
    assert first["InitialVariantWeight"] == pytest.approx(0.8)
    assert second["InitialVariantWeight"] == pytest.approx(0.2)
    assert config["DataCaptureConfig"]["InitialSamplingPercentage"] == 80
    [update] = production.updates
    assert update["EndpointConfigName"] == "test-production-v3-split-v4-2000"


def test_first_version_keeps_the_instances_that_the_load_needs(production, monkeypatch):
    deployer_settings.change(monkeypatch, scales=True)
    call(production, SPLIT)
    [update] = production.updates
    assert update["RetainAllVariantProperties"]
    excluded = [kind["VariantPropertyType"] for kind in update["ExcludeRetainedVariantProperties"]]
    assert excluded == ["DataCaptureConfig", "DesiredWeight"]


def test_shadow_gets_copies_and_no_request(production):
    call(production, SHADOW)
    config = production.configs["test-production-v3-shadow-v4"]
    assert [v["VariantName"] for v in config["ProductionVariants"]] == ["AllTraffic"]
    assert [v["ModelName"] for v in config["ShadowProductionVariants"]] == ["test-v4"]


def test_single_returns_to_the_configuration_of_the_first_version(production):
    production.configs["test-production-v3"] = {}
    serve(production, "test-production-v3-split-v4-2000")
    assert call(production, SINGLE, version=3) == {"step": "update"}
    assert production.updates[-1]["EndpointConfigName"] == "test-production-v3"


@pytest.mark.parametrize(
    ("served", "variants", "version"),
    [
        ("test-production-v3-split-v4-2000", SPLIT, 4),
        ("test-production-v3-shadow-v4", SHADOW, 4),
        ("test-production-v3", SINGLE, 3),
    ],
)
def test_repeated_change_changes_nothing(production, served, variants, version):
    serve(production, served)
    assert call(production, variants, version) == {"step": "nothing"}
    assert production.updates == []


def test_change_is_described_like_a_deployment(production):
    call(production, SPLIT)
    assert call(production, SPLIT, action="describe")["status"] == "Updating"
    serve(production, "test-production-v3-split-v4-2000")
    assert call(production, SPLIT, action="describe")["status"] == "InService"
    serve(production, "test-production-v3")
    assert call(production, SPLIT, action="describe")["status"] == "Failed"


def test_busy_production_is_retried(production):
    serve(production, "test-production-v3", "Updating")
    with pytest.raises(EndpointNotReadyError, match="Updating"):
        call(production, SPLIT)


@pytest.mark.parametrize(
    ("version", "message"), [(3, "serves already"), (9, "got PendingManualApproval")]
)
def test_version_that_cannot_be_second_is_refused(production, version, message):
    with pytest.raises(VariantError, match=message):
        call(production, SPLIT, version)
    assert production.updates == []


def test_serverless_production_has_one_variant(production, monkeypatch):
    serverless = deployer_settings.SERVERLESS
    deployer_settings.change(
        monkeypatch, serverless=serverless, capture_percent={"production": 0, "staging": 100}
    )
    with pytest.raises(VariantError, match="one variant"):
        call(production, SPLIT)


def test_without_production_there_is_nothing_beside_it(account):
    with pytest.raises(VariantError, match="got no version"):
        call(account, SPLIT)


@pytest.mark.parametrize(
    "variants",
    [{"kind": "split"}, {"kind": "shadow", "weight": 0.5}, {"kind": "split", "weight": 1}],
)
def test_weight_is_that_of_a_split(production, variants):
    with pytest.raises(ValueError, match="weight"):
        call(production, variants)


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("test-production-v3", 3),
        ("test-staging-v12", 12),
        ("test-production-v3-split-v4-2000", 3),
        ("test-production-v3-shadow-v4", 3),
        ("a-v7-production-v3", 3),
        ("by-hand", None),
    ],
)
def test_version_of_a_configuration_is_the_first(name, version):
    assert served_version(name) == version
