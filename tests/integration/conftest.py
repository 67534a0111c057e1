"""Start a local AWS for each test module: virtual clock, free port, stopped afterwards."""

import pytest
from xdist.scheduler import LoadScopeScheduling

from tests.support.local_aws import started

LONGEST = ("tests/e2e/", "tests/integration/deployed/")


class LoadLocalAwsScheduling(LoadScopeScheduling):
    """Run tests that share a local AWS in one worker: a module, or all of deployed/.

    The end-to-end tests run beside them, so that no core waits for the longest module.
    """

    def _split_scope(self, nodeid):
        module = nodeid.partition("::")[0]
        folder = module.rpartition("/")[0]
        return folder if folder.endswith("/deployed") else module


def pytest_xdist_make_scheduler(config, log):
    config.option.loadscopereorder = False  # by the number of tests; they take different times
    return LoadLocalAwsScheduling(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """Begin with what takes minutes, so that no worker ends long after the others."""
    items.sort(key=lambda item: [name not in item.nodeid for name in LONGEST])


@pytest.fixture(scope="module")
def aws(tmp_path_factory):
    with started(tmp_path_factory.mktemp("local")) as aws:
        yield aws
