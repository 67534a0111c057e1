"""The data-quality analysis of a monitoring job."""

from sagemaker_pipelines.jobs.monitoring.run import Outcome, Run
from sagemaker_pipelines.monitoring import baselines
from sagemaker_pipelines.monitoring.data_quality import (
    DRIFT_CHECK,
    Constraints,
    report,
    violations,
)

ANALYSIS = "data-quality"


def analyze(run: Run) -> Outcome:
    """Write statistics.json and constraint_violations.json of the window's features."""
    constraints = Constraints.parse(run.baseline_text("data_quality/constraints.json"))
    found = violations(constraints, run.baseline, run.window)
    run.write(ANALYSIS, "statistics.json", baselines.data_statistics(run.window))
    run.write(ANALYSIS, "constraint_violations.json", report(found))
    texts = "; ".join(violation["description"] for violation in found)
    # Distributions have alarms of their own, by the same hours of day.
    others = [v for v in found if v["constraint_check_type"] != DRIFT_CHECK]
    return Outcome(
        f"{len(found)} violations of the data's constraints{f': {texts}' if found else ''}",
        [("DataQualityViolations", {"Stage": run.args.stage}, float(len(others)))],
    )
