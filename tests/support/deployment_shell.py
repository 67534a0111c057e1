"""The shell of `make deploy` in this process: its environment, and folders of a test."""

import contextlib

import pytest

from scripts import downloads
from scripts.deploy import target as targets
from tests.support.local_aws import REGION

OF_THE_USER = ("AWS_PROFILE", "AWS_SESSION_TOKEN", "CI", "PIP_EXTRA_INDEX_URL")


@contextlib.contextmanager
def shell(factory, aws_url, **settings):
    """Set the environment of a deployment to a local AWS, with pytest's factory of folders."""
    place = {"AWS_ENDPOINT_URL": aws_url, "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION}
    with pytest.MonkeyPatch.context() as patch:
        for name in OF_THE_USER:
            patch.delenv(name, raising=False)
        for name, value in {**place, **settings}.items():
            patch.setenv(name, value)
        patch.setattr(targets, "HOME", factory.mktemp("deploy"))
        patch.setattr(downloads, "LOCK", factory.mktemp("lock") / "downloads.lock.json")
        yield
