"""A state of another model than that which is deployed is left alone."""

import pytest

from cli import root_modules
from cli.root_modules import RootModule
from scripts.deploy import model_check
from scripts.deploy.runner import DeployError
from scripts.deploy.target import Target

ABALONE = root_modules.find("abalone")


class State:
    """What a workspace reads of a state."""

    def __init__(self, model=None, *addresses):
        self._outputs, self._addresses = {"model": model} if model else {}, list(addresses)

    def output(self):
        return self._outputs

    def addresses(self):
        return self._addresses


def check(root, *state):
    target = Target("123456789012", "eu-west-2", {"prefix": "p"}, "any", root=root)
    model_check.check(target, State(*state))


@pytest.mark.parametrize(
    ("root", "state"),
    [
        (RootModule(), ()),
        (RootModule(), (None, "module.poll.aws_ecs_service.this")),
        (ABALONE, ()),
        (ABALONE, (None, "module.foundation.aws_kms_key.this")),
        (ABALONE, ("abalone", "module.train.aws_sagemaker_pipeline.this")),
    ],
    ids=["new", "forecaster", "new model", "interrupted", "model"],
)
def test_same_model_or_nothing_is_deployed(root, state):
    check(root, *state)


@pytest.mark.parametrize(
    ("root", "state", "expected"),
    [
        (RootModule(), ("abalone",), "MODEL: got none, expected MODEL=abalone with prefix p"),
        (ABALONE, ("cat",), "MODEL: got abalone, expected MODEL=cat with prefix p"),
        (
            ABALONE,
            (None, "module.features.aws_sagemaker_feature_group.this"),
            "MODEL: got abalone, expected none, because the forecaster is deployed with prefix p",
        ),
    ],
    ids=["model", "other model", "forecaster"],
)
def test_another_model_is_named(root, state, expected):
    with pytest.raises(DeployError, match=expected):
        check(root, *state)
