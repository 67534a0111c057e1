"""The role that the functions, jobs and state machines of these tests have."""

import pytest

from tests.support.permissions import create_role


@pytest.fixture(scope="module", autouse=True)
def role(aws):
    create_role(aws)
