"""The trainings that a request looks at, and the parameters of the one that it starts."""

from datetime import datetime

from common import times
from common.hyperparameters import Hyperparameters
from common.training_workflow.execution import Execution
from common.training_workflow.workflow import Workflow
from retrain_trigger.training_request import TrainingRequest


def since(workflow: Workflow, oldest: datetime) -> list[Execution]:
    """Return the newest execution and all others since that time, newest first."""
    found: list[Execution] = []
    for execution in workflow.executions():
        if found and execution.started < oldest:
            break
        found.append(execution)
    return found


def parameters(request: TrainingRequest, hyperparameters: Hyperparameters) -> dict[str, str]:
    """Return the parameters of the request's training."""
    return {
        "Reason": request.stored_reason,
        "Trigger": request.trigger,
        "EndTime": times.iso(request.time),
        **hyperparameters.pipeline_parameters(),
    }
