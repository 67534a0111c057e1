"""terraform/delivery on a local AWS, with the roles for jobs of GitHub."""

from contextlib import contextmanager

from scripts import local_terraform
from scripts.provider import DELIVERY
from tests.support.remaining_resources import remaining_resources

REPOSITORY = "me/evergreen"


@contextmanager
def delivered(aws, prefix, **variables):
    """Apply it and destroy it again, after which nothing of it remains -> ARNs of the roles."""
    variables |= {"github": {"repository": REPOSITORY}, "prefix": prefix}
    before = remaining_resources(aws)
    local_terraform.init(aws.home, DELIVERY)
    local_terraform.apply(aws.home, variables, root=DELIVERY)
    assert local_terraform.plan_changes(aws.home, variables, DELIVERY) == 0
    yield local_terraform.output(aws.home, DELIVERY)["role_arns"]
    local_terraform.destroy(aws.home, variables, DELIVERY)
    remaining = remaining_resources(aws)
    assert set(remaining) - set(before) <= {"buckets"}  # that of the state
    assert remaining.get("roles", []) == before.get("roles", [])
    assert aws.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"] == []
