"""The role that the functions, jobs and state machines of these tests have."""

import pytest

from tests.support import model_archive
from tests.support.permissions import create_role


@pytest.fixture(scope="module", autouse=True)
def role(aws):
    create_role(aws)


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    return model_archive.train(tmp_path_factory.mktemp("ml"))
