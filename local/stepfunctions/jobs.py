"""`.sync` tasks: create a job of SageMaker and wait for its end, in real time.

An execution that is stopped stops its job. After a restart of the local AWS, the job starts again,
and its execution waits for it: no second one is created.
"""

import json
import time
from collections.abc import Callable
from typing import Any

from local import ministack

Json = dict[str, Any]
Call = Callable[[str, Json], Json]
ENDED = frozenset({"Completed", "Failed", "Stopped"})
MIN_POLL_SECONDS, MAX_POLL_SECONDS = 0.02, 0.5
JOB = "localJob"  # key in the record of an execution: the name of the job that it waits for


def run(execution: Json, stem: str, request: Json, sagemaker: Call) -> Json:
    """Run a job (stem: TrainingJob …); return its Describe response; raises ExecutionError."""
    name = execution.get(JOB)
    if name is None:
        sagemaker(f"create{stem}", request)
        name = execution[JOB] = {f"{stem}Name": request[f"{stem}Name"]}
    try:
        described = _wait(stem, name, execution, sagemaker)
    finally:
        del execution[JOB]
    if described[f"{stem}Status"] != "Completed":
        raise ministack.ExecutionError("States.TaskFailed", json.dumps(described))
    return described


def _wait(stem: str, name: Json, execution: Json, sagemaker: Call) -> Json:
    """Poll a job until it has ended; the execution is in flight, so virtual time stands still."""
    wait, stopped = MIN_POLL_SECONDS, False
    while True:
        described = sagemaker(f"describe{stem}", name)
        if described[f"{stem}Status"] in ENDED:
            return described
        if execution["status"] != "RUNNING" and not stopped:
            sagemaker(f"stop{stem}", name)
            stopped = True
        time.sleep(wait)
        wait = min(wait * 1.5, MAX_POLL_SECONDS)
