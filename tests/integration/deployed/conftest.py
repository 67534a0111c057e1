"""One local AWS with everything in terraform/ applied, for all modules of this folder.

Modules run in any order: each takes unused hours of the clock (`LocalAws.next_hour`) and reads
only these. What `terraform destroy` leaves behind is tested after a whole demo (tests/e2e).
"""

import subprocess
import sys

import pytest

from scripts import local_terraform
from tests.support.deployed_variables import VARIABLES
from tests.support.local_aws import started


@pytest.fixture(scope="package")
def aws(tmp_path_factory):
    with started(tmp_path_factory.mktemp("deployed")) as aws:
        subprocess.run([sys.executable, "-m", "scripts.package"], check=True, capture_output=True)
        local_terraform.init(aws.home)
        local_terraform.apply(aws.home, VARIABLES)
        yield aws
        denials = aws.get("iam")["denials"]
    assert denials == []


@pytest.fixture(scope="package")
def outputs(aws):
    return local_terraform.output(aws.home)
