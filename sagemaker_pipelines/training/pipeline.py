"""④ The training pipeline: from history to the best available model.

    ReadHistory ──quality──▶ CheckData ─ fail ▶ RejectData
         │                       │ pass
         │   TrainDeepar, TrainDeeparRecent,
         │   TuneDeepar (a search)          ──▶ CreateModel… ──▶ Forecast…   (Amazon DeepAR)
         │   ForecastCandidates                                              (our image)
         │                       │
         └─ windows, requests ─▶ Evaluate ◀── champion: the production endpoint, same requests
                                 │ winner        Baseline: what monitoring compares it with
    CheckDeepar, CheckTuned ─────┴───── CheckOwn            no winner: the champion stays
                     │                      │
    RefitDeepar ▶ RegisterDeepar   RefitOwn ▶ RegisterOwn   trained again on the whole history
    RefitTuned ▶ RegisterTuned                              by the best of the search

Only first steps are in the branch of CheckData: later steps depend on them and never start without
them, and SageMaker does not support nested conditions. An execution writes only to
s3://<bucket>/training/<execution id>/, and its record to experiments/<execution id>/ (ReadHistory
begins it, Evaluate completes it). Step caching is off, because the data always change.

The definition has the steps of every candidate of Amazon DeepAR. Terraform removes those that are
not in the list of candidates, by the names in DEEPAR_CANDIDATES and TUNED_NAME.
"""

import json
from typing import Any

from common.deepar import QUANTILE_LEVELS
from common.hyperparameters import NAMES, pipeline_parameter
from sagemaker_pipelines.dsl import EXECUTION_ARN, EXECUTION_ID, Expression, Join, Step, definition
from sagemaker_pipelines.experiments import records
from sagemaker_pipelines.steps.forecast_candidates import (
    HYPERPARAMETERS as CANDIDATE_HYPERPARAMETERS,
)
from sagemaker_pipelines.tournament.candidates import DEEPAR, RECENT, TUNED
from sagemaker_pipelines.training import job_steps, model_steps, search
from sagemaker_pipelines.training import parameters as p

# Candidate -> what its steps are called: Train<name>, CreateModel<name>, Forecast<name>.
DEEPAR_CANDIDATES = {DEEPAR: "Deepar", f"{DEEPAR}{RECENT}": "DeeparRecent"}
TUNED_NAME = "DeeparTuned"  # of the candidate whose training is a search

# DEEPAR_INFERENCE_CONFIG of the transforms: JSON around the number of samples, a parameter.
_OUTPUTS = json.dumps({"output_types": ["mean", "quantiles"], "quantiles": QUANTILE_LEVELS})
INFERENCE_CONFIG = Join("", ('{"num_samples": ', p.FORECAST_SAMPLES, ", ", _OUTPUTS[1:]))

_PARAMETERS = {parameter.name: parameter for parameter in p.ALL}
HYPERPARAMETERS: dict[str, Any] = {
    "time_freq": "1min",
    **{name: _PARAMETERS[pipeline_parameter(name)] for name in NAMES},
    "test_quantiles": f"[{', '.join(QUANTILE_LEVELS)}]",
}

read_history = job_steps.processing(
    "ReadHistory",
    "read_history",
    {
        "feature-group": p.FEATURE_GROUP_NAME,
        "end-time": p.END_TIME,
        "history-hours": p.HISTORY_HOURS,
        "minimum-minutes": p.MINIMUM_MINUTES,
        "candidates": p.CANDIDATES,
        "prediction-length": p.PREDICTION_LENGTH,
        "request-minutes": p.REQUEST_MINUTES,
        "lag-minutes": p.LAG_MINUTES,
        "limits-path": Join("", ("/", p.PREFIX, "/quality/data")),
        "event-bus": p.EVENT_BUS_NAME,
        "execution": EXECUTION_ARN,
    },
    inputs={},
    outputs=("history", "train", "refit", "test", "requests", records.OUTPUT),
    property_files=("data_quality",),
    environment={f"{records.PARAMETER}{parameter.name}": parameter for parameter in p.ALL},
)

trainings = {
    candidate: job_steps.training(
        f"Train{name}",
        p.TRAINING_IMAGE,
        HYPERPARAMETERS,
        {
            "train": Join("/", (read_history.output("train"), candidate)),
            "test": read_history.output("test"),
        },
        output=f"models/{candidate}",
    )
    for candidate, name in DEEPAR_CANDIDATES.items()
}

tuning = job_steps.tuning(
    "TuneDeepar",
    p.TRAINING_IMAGE,
    {name: value for name, value in HYPERPARAMETERS.items() if name not in search.TUNED},
    search.config(),
    {
        "train": Join("/", (read_history.output("train"), TUNED)),
        "test": Join("/", (read_history.output("train"), f"{TUNED}-judged")),
    },
    output=f"models/{TUNED}",
)

forecast_candidates = job_steps.processing(
    "ForecastCandidates",
    "forecast_candidates",
    {
        "candidates": p.CANDIDATES,
        "forecast-samples": p.FORECAST_SAMPLES,
        **{name.replace("_", "-"): HYPERPARAMETERS[name] for name in CANDIDATE_HYPERPARAMETERS},
    },
    inputs={
        "train": read_history.output("train"),
        "requests": read_history.output("requests"),
        "test": read_history.output("test"),
    },
    outputs=("forecasts",),
)

# Joined, because a Fail step is documented to take a text or a Join.
reject_data = Step(
    "RejectData",
    "Fail",
    {"ErrorMessage": Join("", (read_history.value("data_quality", "summary"),))},
)

passed = read_history.value("data_quality", "passed")

check_data = Step(
    "CheckData",
    "Condition",
    {
        "Conditions": [{"Type": "Equals", "LeftValue": passed, "RightValue": True}],
        "IfSteps": [*trainings.values(), tuning, forecast_candidates],
        "ElseSteps": [reject_data],
    },
)

models = {
    candidate: model_steps.model(
        f"CreateModel{name}", model_steps.container(p.TRAINING_IMAGE, trainings[candidate])
    )
    for candidate, name in DEEPAR_CANDIDATES.items()
}
models[TUNED] = model_steps.model(
    f"CreateModel{TUNED_NAME}",
    {
        "Image": p.TRAINING_IMAGE,
        "ModelDataUrl": job_steps.best_artifact(tuning, f"models/{TUNED}"),
    },
)

forecasts = {
    candidate: job_steps.transform(
        f"Forecast{name}",
        models[candidate],
        {"DEEPAR_INFERENCE_CONFIG": INFERENCE_CONFIG},
        source=read_history.output("requests"),
        output=f"forecasts-{candidate}",
    )
    for candidate, name in {**DEEPAR_CANDIDATES, TUNED: TUNED_NAME}.items()
}

evaluate = job_steps.processing(
    "Evaluate",
    "evaluate",
    {
        "bias-groups": p.BIAS_GROUPS,
        "candidates": p.CANDIDATES,
        "champion-endpoint": Join("-", (p.PREFIX, "production")),
        "end-time": p.END_TIME,
        "prediction-length": p.PREDICTION_LENGTH,
        "forecast-samples": p.FORECAST_SAMPLES,
        "event-bus": p.EVENT_BUS_NAME,
        "execution": EXECUTION_ARN,
    },
    inputs={
        "history": read_history.output("history"),
        records.STARTED: read_history.output(records.OUTPUT),
        "requests": read_history.output("requests"),
        "refit": read_history.output("refit"),
        "forecasts": forecast_candidates.output("forecasts"),
        **{
            f"forecasts-{candidate}": step.get("TransformOutput.S3OutputPath")
            for candidate, step in forecasts.items()
        },
    },
    outputs=("evaluation", "winner", records.OUTPUT),
    property_files=("evaluation",),
)

baseline = job_steps.processing(
    "Baseline",
    "baseline",
    {
        "feature-group": p.FEATURE_GROUP_NAME,
        "end-time": p.END_TIME,
        "days": p.BASELINE_DAYS,
        "lag-minutes": p.LAG_MINUTES,
    },
    inputs={"evaluation": evaluate.output("evaluation")},
    outputs=("baseline",),
)


def refit(name: str, image: Expression, hyperparameters: dict[str, Any]) -> list[Step]:
    """Return the steps that train the winner on the whole history and register it."""
    training = job_steps.training(
        f"Refit{name}",
        image,
        hyperparameters,
        {"train": evaluate.output("winner")},
        output="model",
    )
    candidate = evaluate.value("evaluation", "training.candidate")
    register = model_steps.registration(
        f"Register{name}",
        model_steps.container(image, training),
        description=Join(" ", (candidate, "trained on data until", p.END_TIME, ":", p.REASON)),
        model_quality={
            "Statistics": model_steps.file(evaluate.output("evaluation"), "evaluation.json"),
            "Constraints": model_steps.file(
                baseline.output("baseline"), "model_quality/constraints.json"
            ),
        },
        data_quality={
            "Statistics": model_steps.file(
                baseline.output("baseline"), "data_quality/statistics.json"
            ),
            "Constraints": model_steps.file(
                baseline.output("baseline"), "data_quality/constraints.json"
            ),
        },
        properties={
            "algorithm": evaluate.value("evaluation", "training.algorithm"),
            "candidate": candidate,
            "execution": EXECUTION_ID,
            "reason": p.REASON,
            "trained_at": p.END_TIME,
            "training_span": evaluate.value("evaluation", "training.span"),
        },
        card=evaluate.value("evaluation", "model_card"),
    )
    return [training, register]


def check_winner(name: str, image: str, steps: list[Step]) -> Step:
    """Return a condition that runs the steps if the image trains the winner."""
    trained_by = evaluate.value("evaluation", "training.image")
    condition = {"Type": "Equals", "LeftValue": trained_by, "RightValue": image}
    arguments = {"Conditions": [condition], "IfSteps": steps, "ElseSteps": []}
    return Step(name, "Condition", arguments)


algorithm = {"algorithm": evaluate.value("evaluation", "training.algorithm")}

check_deepar = check_winner(
    "CheckDeepar", DEEPAR, refit("Deepar", p.TRAINING_IMAGE, HYPERPARAMETERS)
)
best = {name: job_steps.best_hyperparameter(tuning, name) for name in search.TUNED}
check_tuned = check_winner(
    "CheckTuned", "tuned", refit("Tuned", p.TRAINING_IMAGE, {**HYPERPARAMETERS, **best})
)
check_own = check_winner(
    "CheckOwn", "own", refit("Own", p.PROCESSING_IMAGE, {**HYPERPARAMETERS, **algorithm})
)


def render_pipeline() -> str:
    """Return the definition that Terraform reads."""
    tournament = [*models.values(), *forecasts.values(), evaluate, baseline]
    checks = [check_deepar, check_tuned, check_own]
    return definition(p.ALL, [read_history, check_data, *tournament, *checks])
