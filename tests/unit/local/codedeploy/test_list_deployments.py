"""ListDeployments: of all groups, or of the one that both names say."""

import pytest

from local.codedeploy import deployments, groups, service
from local.sagemaker.api import ApiError

RECORDS = {
    f"d-{number}": {
        "deploymentId": f"d-{number}",
        "status": "Succeeded",
        "applicationName": application,
        "deploymentGroupName": "live",
    }
    for number, application in enumerate(("one", "two", "one"))
}


@pytest.fixture(autouse=True)
def deployed(monkeypatch):
    found = {name: {"record": record} for name, record in RECORDS.items()}
    monkeypatch.setattr(deployments, "deployments", found)
    monkeypatch.setattr(groups, "group", dict)  # every group exists


def listed(**body):
    return service.OPERATIONS["ListDeployments"](body)["deployments"]


def test_deployments_are_listed_newest_first():
    assert listed() == ["d-2", "d-1", "d-0"]
    assert listed(applicationName="one", deploymentGroupName="live") == ["d-2", "d-0"]


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"applicationName": "one"}, "DeploymentGroupNameRequiredException"),
        ({"deploymentGroupName": "live"}, "ApplicationNameRequiredException"),
    ],
    ids=["application", "group"],
)
def test_one_name_alone_is_refused(body, code):
    with pytest.raises(ApiError) as refused:
        listed(**body)
    assert refused.value.code == code
