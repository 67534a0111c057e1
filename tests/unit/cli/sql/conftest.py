"""A deployment in moto with the tables of terraform/modules/analytics and a few objects."""

import pytest

from tests.support import analytics_objects, analytics_tables


@pytest.fixture
def stored(deployment):
    analytics_tables.create(deployment.clients("glue"), deployment.bucket)
    analytics_objects.write(deployment.clients("s3"), deployment.bucket)
    return deployment
