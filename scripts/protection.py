"""How Terraform deletes a protected deployment. Pure.

Terraform reads from its state whether it may empty the bucket, so an apply of the bucket alone
comes first. With it come what the bucket depends on: the key, whose deletion it shortens, and the
decision log.
"""

from collections.abc import Iterable

BUCKET = "module.foundation.aws_s3_bucket.data"
LIFTED = "-var=deletion_protection=false"


def commands(addresses: Iterable[str]) -> list[list[str]]:
    """Return Terraform's commands for a state with these addresses.

    A bucket that an interrupted run has deleted already is not created again.
    """
    lift = [["apply", f"-target={BUCKET}", LIFTED]] if BUCKET in addresses else []
    return [*lift, ["destroy", LIFTED]]
