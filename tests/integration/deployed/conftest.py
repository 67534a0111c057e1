"""One local AWS with everything in terraform/ applied, for all modules of this folder."""

import subprocess
import sys

import pytest

from local import lifecycle
from scripts import local_terraform
from tests.integration.deployed.variables import VARIABLES
from tests.support.local_aws import START, LocalAws


@pytest.fixture(scope="package")
def aws(tmp_path_factory):
    home = tmp_path_factory.mktemp("deployed")
    health = lifecycle.up(0, home, ["--clock", "virtual", "--start", START])
    subprocess.run([sys.executable, "-m", "scripts.package"], check=True, capture_output=True)
    local_terraform.init(home)
    local_terraform.apply(home, VARIABLES)
    yield LocalAws(health["endpoint_url"], home)
    lifecycle.down(home)


@pytest.fixture(scope="package")
def outputs(aws):
    return local_terraform.output(aws.home)
