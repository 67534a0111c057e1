"""Region and profile of AWS, as Terraform resolves them; boto3 alone differs from it.

boto3 does not read AWS_REGION, and prefers AWS_DEFAULT_PROFILE to AWS_PROFILE.
"""

import os
from collections.abc import Mapping

import boto3


def profile(environment: Mapping[str, str] = os.environ) -> str | None:
    """Return AWS_PROFILE, else AWS_DEFAULT_PROFILE; None without either."""
    return environment.get("AWS_PROFILE") or environment.get("AWS_DEFAULT_PROFILE") or None


def session(environment: Mapping[str, str] = os.environ) -> boto3.Session:
    """Return a session: AWS_REGION, else AWS_DEFAULT_REGION, else the region of the profile.

    `region_name` is None without any. Raises botocore's ProfileNotFound.
    """
    region = environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION") or None
    return boto3.Session(profile_name=profile(environment), region_name=region)
