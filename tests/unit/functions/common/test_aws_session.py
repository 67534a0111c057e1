"""Region and profile, as Terraform resolves them."""

import pytest
from botocore.exceptions import ProfileNotFound

from common.aws_session import profile, session

CONFIG = """
[profile one]
region = eu-west-1
[profile two]
region = eu-west-2
"""


@pytest.fixture(autouse=True)
def _config(monkeypatch, tmp_path):
    for name in ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION"):
        monkeypatch.delenv(name, raising=False)
    file = tmp_path / "config"
    file.write_text(CONFIG)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(file))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))


@pytest.mark.parametrize(
    ("settings", "region"),
    [
        ({}, None),
        ({"AWS_DEFAULT_REGION": "us-east-1"}, "us-east-1"),
        ({"AWS_REGION": "us-east-2", "AWS_DEFAULT_REGION": "us-east-1"}, "us-east-2"),
        ({"AWS_REGION": "", "AWS_DEFAULT_REGION": "us-east-1"}, "us-east-1"),
        ({"AWS_PROFILE": "one"}, "eu-west-1"),
        ({"AWS_PROFILE": "one", "AWS_DEFAULT_PROFILE": "two"}, "eu-west-1"),
        ({"AWS_DEFAULT_PROFILE": "two"}, "eu-west-2"),
        ({"AWS_PROFILE": "one", "AWS_REGION": "us-east-2"}, "us-east-2"),
    ],
)
def test_region(monkeypatch, settings, region):
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert session().region_name == region


def test_profile_that_does_not_exist_is_an_error(monkeypatch):
    monkeypatch.setenv("AWS_PROFILE", "three")
    assert profile() == "three"
    with pytest.raises(ProfileNotFound):
        session()
