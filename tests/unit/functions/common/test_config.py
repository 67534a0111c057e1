"""Settings from the environment and the format of their errors."""

from typing import Literal

import pytest
from pydantic import BaseModel, PositiveInt, ValidationError

from common.config import Settings, SettingsError, describe
from common.feature_groups import Settings as FeatureGroupSettings


class Config(Settings):
    bucket_name: str
    lag_minutes: PositiveInt


def test_fields_are_variables_in_capitals(monkeypatch):
    monkeypatch.setenv("BUCKET_NAME", "data")
    monkeypatch.setenv("LAG_MINUTES", "5")
    assert Config.from_env() == Config(bucket_name="data", lag_minutes=5)


def test_settings_are_frozen():
    with pytest.raises(ValidationError, match="frozen"):
        Config(bucket_name="data", lag_minutes=5).bucket_name = "other"


def test_missing_and_empty_settings_are_reported_together(monkeypatch):
    monkeypatch.setenv("BUCKET_NAME", "")
    monkeypatch.delenv("LAG_MINUTES", raising=False)
    with pytest.raises(SettingsError) as error:
        Config.from_env()
    assert str(error.value) == (
        "BUCKET_NAME: got nothing, expected a value; LAG_MINUTES: got nothing, expected a value"
    )


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", "greater than 0"),
        ("-1", "greater than 0"),
        ("1.5", "a valid integer"),
        ("many", "a valid integer"),
    ],
)
def test_bad_setting_is_reported_with_its_value(monkeypatch, text, expected):
    monkeypatch.setenv("BUCKET_NAME", "data")
    monkeypatch.setenv("LAG_MINUTES", text)
    with pytest.raises(SettingsError) as error:
        Config.from_env()
    assert str(error.value) == f"LAG_MINUTES: got {text!r}, expected {expected}"


class Stage(BaseModel):
    name: Literal["staging", "production"]


class Deployment(BaseModel):
    stages: list[Stage]


def test_error_names_the_path_to_the_field():
    with pytest.raises(ValidationError) as error:
        Deployment.model_validate({"stages": [{"name": "test"}]})
    expected = "stages.0.name: got 'test', expected 'staging' or 'production'"
    assert describe(error.value) == expected


def test_feature_groups_are_read_in_order(monkeypatch):
    monkeypatch.setenv("FEATURE_GROUPS", '[["a", ["x", "y"]], ["b", []]]')
    assert FeatureGroupSettings.from_env().feature_groups == (("a", ("x", "y")), ("b", ()))


@pytest.mark.parametrize("text", ["", "{", "5", "[5]", '[["a"]]'])
def test_malformed_feature_groups_are_reported(monkeypatch, text):
    monkeypatch.setenv("FEATURE_GROUPS", text)
    with pytest.raises(ValueError, match=r"FEATURE_GROUPS: got .*, expected JSON"):
        FeatureGroupSettings.from_env()
