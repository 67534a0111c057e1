"""Start a local AWS for each test module: virtual clock, free port, stopped afterwards."""

import pytest

from local import lifecycle
from tests.support.local_aws import START, LocalAws


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    home = tmp_path_factory.mktemp("local")
    health = lifecycle.up(0, home, ["--clock", "virtual", "--start", START])
    yield LocalAws(health["endpoint_url"], home)
    lifecycle.down(home)
