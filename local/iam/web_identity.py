"""Who assumes a role by the token of an identity provider, such as a job of GitHub Actions.

Signatures of tokens are not checked, as those of requests are not (README.md).
"""

import logging
from urllib.parse import parse_qsl

from local import ministack
from local.http_messages import Request, Response

log = logging.getLogger(__name__)

ACTION = "AssumeRoleWithWebIdentity"


def refusal(request: Request) -> Response | None:
    """Return the error of a token that the role's trust policy or the account does not accept."""
    form = dict(parse_qsl(request.body.decode("utf-8", "replace")))
    if form.get("Action") != ACTION:
        return None
    role = form.get("RoleArn", "")
    if role.count(":") < 5:
        return None  # malformed: the operation itself returns the error
    provider, _ = ministack.web_identity_principal(
        form.get("WebIdentityToken", ""), form.get("ProviderId", ""), role
    )
    if ministack.oidc_providers.get_scoped(role.split(":")[4], None, provider):
        denied = ministack.web_identity_denied(role, form, False)
    else:
        message = f"No OpenIDConnect provider found in your account for {provider}"
        denied = ministack.sts_error(400, "InvalidIdentityToken", message, ns="sts")
    if denied is None:
        return None
    log.warning("%s: %s is refused to %s", ACTION, role, provider)
    return Response(*denied)
