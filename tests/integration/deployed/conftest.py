"""One local AWS with everything in terraform/ applied, for all modules of this folder.

Modules run in any order: each takes unused hours of the clock (`LocalAws.next_hour`) and reads
only these. When all have run, `terraform destroy` must leave nothing behind.
"""

import subprocess
import sys

import pytest

from scripts import local_terraform
from scripts.provider import TerraformError
from tests.support.deployed_variables import VARIABLES
from tests.support.local_aws import started
from tests.support.remaining_resources import remaining_resources


@pytest.fixture(scope="package")
def aws(tmp_path_factory):
    with started(tmp_path_factory.mktemp("deployed")) as aws:
        subprocess.run([sys.executable, "-m", "scripts.package"], check=True, capture_output=True)
        local_terraform.init(aws.home)
        local_terraform.apply(aws.home, VARIABLES)
        yield aws
        denials = aws.get("iam")["denials"]
        interrupted = interrupted_destroy(aws)
        local_terraform.destroy(aws.home, VARIABLES)
        remaining = local_terraform.resources(aws.home), remaining_resources(aws)
    assert interrupted, "the first destroy must fail halfway"
    assert remaining == (0, {})
    assert denials == []


@pytest.fixture(scope="package")
def outputs(aws):
    return local_terraform.output(aws.home)


def interrupted_destroy(aws):
    """Destroy while a deletion is refused -> whether it failed; what remains is still there."""
    fault = {"service": "sagemaker", "operation": "DeleteFeatureGroup", "status": 400}
    aws.post("faults", faults=[fault | {"times": 100}])
    try:
        local_terraform.destroy(aws.home, VARIABLES)
    except TerraformError:
        return local_terraform.resources(aws.home) > 0
    finally:
        aws.post("faults", faults=[])
    return False
