"""The data-quality analysis of a monitoring job."""

from sagemaker_pipelines.jobs.monitoring.data import Data
from sagemaker_pipelines.jobs.monitoring.run import Outcome, Run
from sagemaker_pipelines.monitoring.data_baselines import data_statistics
from sagemaker_pipelines.monitoring.data_constraints import Constraints
from sagemaker_pipelines.monitoring.data_quality import DRIFT_CHECK, report, violations

ANALYSIS = "data-quality"


def analyze(run: Run, data: Data) -> Outcome:
    """Write statistics.json and constraint_violations.json of the window's features."""
    constraints = Constraints.parse(run.baseline_text("data_quality/constraints.json"))
    run.write(ANALYSIS, "statistics.json", data_statistics(data.window))
    if data.window.empty:
        run.write(ANALYSIS, "constraint_violations.json", report([]))
        return Outcome("no data in the window")
    found = violations(constraints, data.baseline, data.window)
    run.write(ANALYSIS, "constraint_violations.json", report(found))
    texts = "; ".join(violation["description"] for violation in found)
    # Distributions have alarms of their own, those of the drift.
    others = [v for v in found if v["constraint_check_type"] != DRIFT_CHECK]
    return Outcome(
        f"{len(found)} violations of the data's constraints{f': {texts}' if found else ''}",
        [("DataQualityViolations", {"Stage": run.args.stage}, float(len(others)))],
    )
