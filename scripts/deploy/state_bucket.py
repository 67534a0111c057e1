"""The bucket of the Terraform state: versioned, encrypted, private, TLS only."""

import json
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from scripts.deploy.runner import DeployError
from scripts.deploy.target import Target

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PRIVATE: Any = dict.fromkeys(
    ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"), True
)
# With S3's own key: Terraform cannot create the key of its own state, and one that is created
# beside the bucket would outlive every deployment, at a dollar a month.
ENCRYPTION: Any = {
    "Rules": [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}],
}
KEPT_DAYS = 90  # of earlier versions of the state
LIFECYCLE: Any = {
    "Rules": [
        {
            "ID": "earlier-states",
            "Status": "Enabled",
            "Filter": {"Prefix": ""},
            "NoncurrentVersionExpiration": {"NoncurrentDays": KEPT_DAYS},
        }
    ]
}
ABSENT = {
    "404",
    "NoSuchBucket",
    "NoSuchBucketPolicy",
    "NoSuchKey",
    "NoSuchLifecycleConfiguration",
    "NoSuchPublicAccessBlockConfiguration",
    "ServerSideEncryptionConfigurationNotFoundError",
}


class StateBucket:
    """Creates the bucket with its settings, and repairs settings that differ."""

    title = "bucket of the Terraform state"

    def __init__(self, s3: "S3Client", target: Target) -> None:
        self._s3, self._target, self._name = s3, target, target.state_bucket

    def is_done(self) -> bool:
        """Return whether the bucket exists with all settings."""
        return self.exists() and not self._differing()

    def run(self) -> None:
        """Create the bucket if it does not exist, and put the settings that differ."""
        if not self.exists():
            self._create()
        for put in self._differing():
            put()

    def lock(self) -> str | None:
        """Return who holds the lock of the state, None if nobody does."""
        if not self.exists():
            return None
        key = f"{self._target.state_key}.tflock"
        try:
            body = self._s3.get_object(Bucket=self._name, Key=key)["Body"].read()
        except ClientError as error:
            if _code(error) in ABSENT:
                return None
            raise
        info = json.loads(body)
        return f"{info['ID']} by {info['Who']} since {info['Created']} ({info['Operation']})"

    def exists(self) -> bool:
        """Return whether the bucket exists; DeployError if it is not ours."""
        try:
            self._s3.head_bucket(Bucket=self._name, ExpectedBucketOwner=self._target.account)
        except ClientError as error:
            if _code(error) in ABSENT:
                return False
            if _code(error) in {"403", "AccessDenied"}:
                raise DeployError(
                    f"bucket {self._name}: access denied, by a policy or because another account "
                    "owns the name"
                ) from error
            raise
        return True

    def _create(self) -> None:
        region: Any = {"LocationConstraint": self._target.region}
        options: Any = (
            {} if self._target.region == "us-east-1" else {"CreateBucketConfiguration": region}
        )
        self._s3.create_bucket(Bucket=self._name, **options)
        self._s3.get_waiter("bucket_exists").wait(Bucket=self._name)

    def _differing(self) -> list[Any]:
        """Return the calls that put the settings which differ."""
        s3, name = self._s3, self._name
        policy = json.dumps(_tls_only(self._target))
        settings = [
            (
                lambda: s3.get_bucket_versioning(Bucket=name).get("Status") == "Enabled",
                lambda: s3.put_bucket_versioning(
                    Bucket=name, VersioningConfiguration={"Status": "Enabled"}
                ),
            ),
            (
                lambda: bool(
                    s3.get_bucket_encryption(Bucket=name)["ServerSideEncryptionConfiguration"]
                ),
                lambda: s3.put_bucket_encryption(
                    Bucket=name, ServerSideEncryptionConfiguration=ENCRYPTION
                ),
            ),
            (
                lambda: (
                    s3.get_public_access_block(Bucket=name)["PublicAccessBlockConfiguration"]
                    == PRIVATE
                ),
                lambda: s3.put_public_access_block(
                    Bucket=name, PublicAccessBlockConfiguration=PRIVATE
                ),
            ),
            (
                lambda: (
                    json.loads(s3.get_bucket_policy(Bucket=name)["Policy"]) == json.loads(policy)
                ),
                lambda: s3.put_bucket_policy(Bucket=name, Policy=policy),
            ),
            (
                lambda: bool(s3.get_bucket_lifecycle_configuration(Bucket=name)["Rules"]),
                lambda: s3.put_bucket_lifecycle_configuration(
                    Bucket=name, LifecycleConfiguration=LIFECYCLE
                ),
            ),
        ]
        return [put for is_set, put in settings if not _found(is_set)]


def _found(is_set: Any) -> bool:
    try:
        return bool(is_set())
    except ClientError as error:
        if _code(error) in ABSENT:
            return False
        raise


def _tls_only(target: Target) -> dict[str, Any]:
    partition = "aws"
    if target.region.startswith("cn-"):
        partition = "aws-cn"
    if target.region.startswith("us-gov-"):
        partition = "aws-us-gov"
    arn = f"arn:{partition}:s3:::{target.state_bucket}"
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "DenyUnencryptedTransport",
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:*",
                "Resource": [arn, f"{arn}/*"],
                "Condition": {"Bool": {"aws:SecureTransport": "false"}},
            }
        ],
    }


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])
