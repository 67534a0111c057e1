"""terraform/delivery is applied and destroyed; its roles trust only the jobs of one repository."""

import pytest
from botocore.exceptions import ClientError

from tests.support import github_token
from tests.support.delivery import REPOSITORY, delivered

pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def roles(aws):
    with delivered(aws, "evergreen") as roles:
        yield roles


@pytest.mark.parametrize(("role", "environment"), [("apply", "production"), ("plan", "plan")])
def test_job_in_its_environment_gets_a_session(aws, roles, role, environment):
    subject = f"repo:{REPOSITORY}:environment:{environment}"
    assert github_token.session(aws, roles[role], subject)["AWS_SESSION_TOKEN"]


@pytest.mark.parametrize(
    ("role", "subject", "claims"),
    [
        pytest.param("apply", "repo:me/other:environment:production", {}, id="repository"),
        pytest.param("apply", f"repo:{REPOSITORY}:environment:plan", {}, id="environment"),
        pytest.param("apply", f"repo:{REPOSITORY}:ref:refs/heads/main", {}, id="branch"),
        pytest.param("plan", f"repo:{REPOSITORY}:pull_request", {}, id="pull request"),
        pytest.param(
            "plan", f"repo:{REPOSITORY}:environment:plan", {"audience": "me"}, id="audience"
        ),
        pytest.param(
            "plan",
            f"repo:{REPOSITORY}:environment:plan",
            {"issuer": "https://token.example.com"},
            id="issuer",
        ),
    ],
)
def test_tokens_of_others_are_refused(aws, roles, role, subject, claims):
    with pytest.raises(ClientError, match=r"AccessDenied|InvalidIdentityToken"):
        github_token.session(aws, roles[role], subject, **claims)
