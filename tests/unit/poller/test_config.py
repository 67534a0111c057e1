"""Settings from the environment: errors name the variable; Terraform passes every setting."""

import re
from pathlib import Path

import hcl2
import pytest

from common.config import SettingsError
from poller.config import Mapping, Settings, Simulator

MODULE = Path(__file__).parents[3] / "terraform" / "modules" / "poll" / "main.tf"
BASE = {"EVENT_BUS_NAME": "b", "METRIC_NAMESPACE": "m", "SOURCE": "simulator"}
HTTP = {
    "SOURCE": "http",
    "SOURCE_NAME": "rides",
    "SOURCE_URL": "https://example.org/rides",
    "SOURCE_KEY": "/id",
    "SOURCE_VALUE": "/price",
}
# For a container whose health check is an HTTP request; ECS uses the file.
NOT_PASSED = {"HEALTH_PORT"}


@pytest.fixture
def settings(monkeypatch):
    def read(**variables):
        for name, value in (BASE | variables).items():
            monkeypatch.setenv(name, value)
        return Settings.from_env()

    return read


def test_settings_are_exactly_what_terraform_passes():
    [locals_] = hcl2.loads(MODULE.read_text())["locals"]
    passed = set(re.findall(r"\b([A-Z][A-Z_]*)\s*=", locals_["environment"]))
    fields = {
        field.alias
        for model in (Settings, Mapping, Simulator)
        for name, field in model.model_fields.items()
        if name not in {"mapping", "simulator"}
    }
    assert passed == fields - NOT_PASSED


@pytest.mark.parametrize("model", [Settings, Mapping, Simulator])
def test_settings_are_frozen(model):
    assert model.model_config["frozen"]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"SOURCE": ""}, "SOURCE: got nothing, expected a value"),
        (
            {"SOURCE": "x"},
            "SOURCE: got 'x', expected 'blockchain', 'http', 'mempool', 'replay' or 'simulator'",
        ),
        ({"SOURCE": "replay"}, "SOURCE_FILE: got None, expected a path or s3:// URI"),
        ({"EVENT_BUS_NAME": " "}, "EVENT_BUS_NAME: got ' ', expected at least 1 character"),
        ({"METRIC_NAMESPACE": ""}, "METRIC_NAMESPACE: got nothing, expected a value"),
        ({"POLL_SECONDS": "1.5"}, "POLL_SECONDS: got '1.5', expected a valid integer"),
        ({"POLL_SECONDS": "0"}, "POLL_SECONDS: got '0', expected greater than or equal to 1"),
        ({"SIMULATOR_RATE": "nan"}, "SIMULATOR_RATE: got 'nan', expected less than or equal to"),
        ({"SIMULATOR_START": "noon"}, "SIMULATOR_START: got 'noon', expected an ISO 8601 time"),
        ({"HEALTH_PORT": "0"}, "HEALTH_PORT: got '0', expected greater than or equal to 1"),
        (
            {"SOURCE": "blockchain", "SOURCE_URL": "ftp://x"},
            "SOURCE_URL: got '(not shown)', expected a URL like http://… or https://… or ws://…",
        ),
        (
            {"SOURCE": "mempool", "SOURCE_URL": "https://"},
            "SOURCE_URL: got '(not shown)', expected",
        ),
        (
            {"SOURCE": "mempool", "SOURCE_URL": "ws://x:y"},
            "SOURCE_URL: got '(not shown)', expected",
        ),
        (HTTP | {"SOURCE_URL": ""}, "SOURCE_URL: got None, expected a URL like http://… or https"),
        (
            HTTP | {"SOURCE_URL": "wss://x"},
            "SOURCE_URL: got '(not shown)', expected a URL like http",
        ),
        (
            HTTP | {"SOURCE_NAME": "a/b"},
            "SOURCE_NAME: got 'a/b', expected 1 to 64 lowercase letters, digits and hyphens",
        ),
        (HTTP | {"SOURCE_KEY": ""}, "SOURCE_KEY: got nothing, expected a value"),
        (
            HTTP | {"SOURCE_VALUE": "price"},
            "SOURCE_VALUE: got 'price', expected a JSON pointer like /a/b",
        ),
        (
            HTTP | {"SOURCE_TIME_UNIT": "h"},
            "SOURCE_TIME_UNIT: got 'h', expected 's', 'ms' or 'iso'",
        ),
        (HTTP | {"SOURCE_SCALE": "-1"}, "SOURCE_SCALE: got '-1', expected greater than or equal"),
        (HTTP | {"SOURCE_SCALE": "ten"}, "SOURCE_SCALE: got 'ten', expected a valid decimal"),
        (HTTP | {"BACKFILL_HOURS": "1"}, "BACKFILL_URL: got None, expected a URL like http://…"),
        (
            HTTP | {"BACKFILL_HOURS": "1", "BACKFILL_URL": "https://x/"},
            "BACKFILL_URL: got '(not shown)', expected a URL with {since} in the place of the",
        ),
        (
            {"SOURCE": "blockchain", "BACKFILL_HOURS": "49"},
            "BACKFILL_HOURS: got '49', expected less than or equal to 48",
        ),
        (
            {"SOURCE": "mempool", "BACKFILL_HOURS": "1"},
            "BACKFILL_HOURS: got '1', expected 0, because the source mempool has no history",
        ),
        (
            {"SOURCE": "blockchain", "BACKFILL_HOURS": "1", "BACKFILL_ARCHIVE": "raw/"},
            "BACKFILL_ARCHIVE: got 'raw/', expected a URL like s3://…",
        ),
    ],
)
def test_unusable_setting_is_named(settings, variables, message):
    with pytest.raises(SettingsError) as error:
        settings(**variables)
    assert message in str(error.value)


def test_all_errors_are_reported_together(settings):
    with pytest.raises(SettingsError, match=r"SOURCE_URL: .*; SOURCE_VALUE: got 'x'"):
        settings(**HTTP | {"SOURCE_URL": "x", "SOURCE_VALUE": "x"})


def test_source_has_a_default_url(settings):
    assert settings(SOURCE="blockchain").source_url.startswith("https://blockchain.info/")
    assert settings(SOURCE="mempool").source_url == "wss://mempool.space/api/v1/ws"
    assert settings(SOURCE="mempool", SOURCE_URL="http://x/y").source_url == "http://x/y"


def test_list_is_the_whole_response_and_time_that_of_the_poll_by_default(settings):
    mapping = settings(**HTTP).mapping
    assert (mapping.items, mapping.time, mapping.time_unit, mapping.scale) == ("", None, "s", 1)


@pytest.mark.parametrize(
    "source", [{"SOURCE": "simulator"}, {"SOURCE": "replay", "SOURCE_FILE": "x"}]
)
def test_recorded_streams_run_with_the_settings_of_a_live_one(settings, source):
    live = {"SOURCE_URL": "wss://x", "BACKFILL_HOURS": "6", "BACKFILL_ARCHIVE": "s3://data/raw/"}
    assert settings(**live | source).backfill_hours == 0
