"""The deployer: a role of the account with exactly the policies in docs/deployer."""

import json
from pathlib import Path

from scripts import policies
from scripts.policies import ACCOUNT
from tests.support.local_aws import REGION

ROLE = "deployer"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Action": "sts:AssumeRole",
            "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT}:root"},
        }
    ],
}


def session(aws, prefix):
    """Create the role on a local AWS -> the variables of a shell with a session of it."""
    iam = aws.client("iam")
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=json.dumps(TRUST))
    for file, document in policies.deployer(prefix, REGION).items():
        name = Path(file).stem
        iam.put_role_policy(RoleName=ROLE, PolicyName=name, PolicyDocument=document)
    arn = f"arn:aws:iam::{ACCOUNT}:role/{ROLE}"
    assumed = aws.client("sts").assume_role(RoleArn=arn, RoleSessionName="deploy")["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": assumed["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": assumed["SecretAccessKey"],
        "AWS_SESSION_TOKEN": assumed["SessionToken"],
    }
