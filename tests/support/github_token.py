"""Tokens as GitHub Actions gives them to its jobs; the local AWS checks no signatures."""

import base64
import json

ISSUER = "https://token.actions.githubusercontent.com"


def token(subject, audience="sts.amazonaws.com", issuer=ISSUER):
    """Return the token of a job, such as repo:me/evergreen:environment:production."""
    claims = {"iss": issuer, "aud": audience, "sub": subject}
    parts = ({"alg": "RS256", "typ": "JWT"}, claims, {})
    return ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in parts
    )


def session(aws, role, subject, **claims):
    """Assume a role by a token -> the variables of a shell with the session."""
    assumed = aws.client("sts").assume_role_with_web_identity(
        RoleArn=role, RoleSessionName="job", WebIdentityToken=token(subject, **claims)
    )["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": assumed["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": assumed["SecretAccessKey"],
        "AWS_SESSION_TOKEN": assumed["SessionToken"],
    }
