"""Settings from the environment: what is wrong is one sentence that names the variable."""

import pytest

from poller.given import SettingsError
from poller.settings import Settings

BASE = {"EVENT_BUS_NAME": "b", "METRIC_NAMESPACE": "m", "SOURCE": "simulator"}
HTTP = {
    "SOURCE": "http",
    "SOURCE_NAME": "rides",
    "SOURCE_URL": "https://example.org/rides",
    "SOURCE_KEY": "/id",
    "SOURCE_VALUE": "/price",
}


def settings(**given):
    return Settings.from_env(BASE | given)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"SOURCE": ""}, "SOURCE is required"),
        (
            {"SOURCE": "file"},
            "SOURCE must be one of blockchain, http, mempool, replay, simulator, not 'file'",
        ),
        ({"SOURCE": "replay"}, "SOURCE_FILE is required"),
        ({"EVENT_BUS_NAME": " "}, "EVENT_BUS_NAME is required"),
        ({"POLL_SECONDS": "1.5"}, "POLL_SECONDS must be an integer from 1 to 3600, not '1.5'"),
        ({"SIMULATOR_RATE": "nan"}, "SIMULATOR_RATE must be a number from 0.01 to 900"),
        ({"SIMULATOR_START": "noon"}, "SIMULATOR_START must be an ISO time, not 'noon'"),
        ({"HEALTH_PORT": "0"}, "HEALTH_PORT must be an integer from 1 to 65535, not '0'"),
        (
            {"SOURCE": "blockchain", "SOURCE_URL": "ftp://x"},
            "SOURCE_URL must be an address like http://… or https://… or ws://… or wss://…",
        ),
        ({"SOURCE": "mempool", "SOURCE_URL": "https://"}, "SOURCE_URL must be an address like"),
        ({"SOURCE": "mempool", "SOURCE_URL": "ws://x:y"}, "SOURCE_URL must be an address like"),
        (HTTP | {"SOURCE_URL": ""}, "SOURCE_URL is required"),
        (HTTP | {"SOURCE_URL": "wss://x"}, "SOURCE_URL must be an address like http://… or https"),
        (HTTP | {"SOURCE_NAME": "a/b"}, "SOURCE_NAME must be 1 to 64 small letters, digits and"),
        (HTTP | {"SOURCE_KEY": ""}, "SOURCE_KEY is required"),
        (HTTP | {"SOURCE_VALUE": "price"}, "SOURCE_VALUE must be a JSON pointer like /a/b, not"),
        (HTTP | {"SOURCE_TIME_UNIT": "h"}, "SOURCE_TIME_UNIT must be one of s, ms, iso, not 'h'"),
        (HTTP | {"SOURCE_SCALE": "-1"}, "SOURCE_SCALE must be a number from 1e-12 to 1e12, not"),
        (HTTP | {"SOURCE_SCALE": "ten"}, "SOURCE_SCALE must be a number from 1e-12 to 1e12, not"),
        (HTTP | {"HEAL_HOURS": "1"}, "HEAL_URL is required"),
        (
            HTTP | {"HEAL_HOURS": "1", "HEAL_URL": "https://x/"},
            r"HEAL_URL must hold {since}, where the time goes, not 'https://x/'",
        ),
        (
            {"SOURCE": "blockchain", "HEAL_HOURS": "49"},
            "HEAL_HOURS must be a number from 0 to 48, not '49'",
        ),
        (
            {"SOURCE": "mempool", "HEAL_HOURS": "1"},
            "HEAL_HOURS must be 0: the source mempool does not serve the past",
        ),
        (
            {"SOURCE": "blockchain", "HEAL_HOURS": "1", "HEAL_ARCHIVE": "raw/"},
            "HEAL_ARCHIVE must be an address like s3://…, not 'raw/'",
        ),
    ],
)
def test_unusable_setting_is_named(given, sentence):
    with pytest.raises(SettingsError, match=sentence):
        settings(**given)


def test_source_knows_its_address():
    assert settings(SOURCE="blockchain").source_url.startswith("https://blockchain.info/")
    assert settings(SOURCE="mempool").source_url == "wss://mempool.space/api/v1/ws"
    assert settings(SOURCE="mempool", SOURCE_URL="http://x/y").source_url == "http://x/y"


def test_list_is_the_whole_answer_and_the_time_the_polls_unless_it_is_said():
    mapping = settings(**HTTP).mapping
    assert (mapping.items, mapping.time, mapping.time_unit, mapping.scale) == ("", None, "s", 1)


@pytest.mark.parametrize(
    "source", [{"SOURCE": "simulator"}, {"SOURCE": "replay", "SOURCE_FILE": "x"}]
)
def test_recorded_streams_run_with_the_settings_of_a_live_one(source):
    live = {"SOURCE_URL": "wss://x", "HEAL_HOURS": "6", "HEAL_ARCHIVE": "s3://data/raw/"}
    assert settings(**live | source).heal_hours == 0
