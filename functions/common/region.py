"""The AWS region, found in one way by everything that is not a Lambda function."""

import os

import boto3


def find() -> str | None:
    """Return AWS_REGION, which Terraform and other SDKs read but boto3 does not, or boto3's own.

    boto3 reads AWS_DEFAULT_REGION and the profile. An empty variable counts as unset; None: no
    region is set. Raises botocore's ProfileNotFound.
    """
    return os.environ.get("AWS_REGION") or boto3.Session().region_name
