"""Whether a state is that of the model that is deployed: else all of it would be replaced."""

from scripts.deploy.runner import DeployError
from scripts.deploy.target import Target
from scripts.deploy.workspace import Workspace

FORECASTER = ("module.features.", "module.poll.")  # no tabular model has them


def check(target: Target, workspace: Workspace) -> None:
    """Raise DeployError if the prefix is that of a deployment of another model."""
    model = workspace.output().get("model")
    if model is None and target.root.model is not None:
        of_forecaster = any(one.startswith(FORECASTER) for one in workspace.addresses())
        # An interrupted deployment may have no outputs yet.
        model = None if of_forecaster else target.root.model
    if model != target.root.model:
        expected = f"MODEL={model}" if model else "none, because the forecaster is deployed"
        got = target.root.model or "none"
        raise DeployError(f"MODEL: got {got}, expected {expected} with prefix {target.prefix}")
