"""One local AWS with everything in terraform/ applied, for all modules of this folder.

Modules run in any order: each takes unused hours of the clock (`LocalAws.next_hour`) and reads
only these. What `terraform destroy` leaves behind is tested after a whole demo (tests/e2e).
"""

import pytest

from scripts import local_terraform
from tests.support.deployed_loop import deployed


@pytest.fixture(scope="package")
def aws(tmp_path_factory):
    with deployed(tmp_path_factory.mktemp("deployed")) as aws:
        yield aws


@pytest.fixture(scope="package")
def outputs(aws):
    return local_terraform.output(aws.home)
