"""④ The training pipeline: from history to a registered model.

    ReadHistory ──quality──▶ CheckData ─ fail ▶ RejectData
       │ │ │                     │ pass
       │ │ └──── train, test ──▶ Train ──▶ CreateModel ──▶ Backtest ──forecasts──▶ Evaluate
       │ │                                                 ▲                       ▲   │
       │ └────────────── backtest: one request per window ─┘                       │   ▼
       └────────────────── history: minutes, truths of the windows ────────────────┘ CheckQuality
                                                                      pass ▶ Register ◀─┤
                                                                   fail ▶ RejectModel ◀─┘

Only Train is in the branch of CheckData: later steps depend on its model and never start without
it, and SageMaker does not support nested conditions. An execution writes only to
s3://<bucket>/training/<execution id>/. Step caching is off, because the data always change.
"""

import json
from typing import Any

from common.deepar import QUANTILE_LEVELS
from sagemaker_pipelines.dsl import EXECUTION_ARN, Join, Step, definition
from sagemaker_pipelines.training import job_steps, model_steps
from sagemaker_pipelines.training import parameters as p

# DEEPAR_INFERENCE_CONFIG of the backtest: JSON around the number of samples, a parameter.
_OUTPUTS = json.dumps({"output_types": ["mean", "quantiles"], "quantiles": QUANTILE_LEVELS})
INFERENCE_CONFIG = Join("", ('{"num_samples": ', p.FORECAST_SAMPLES, ", ", _OUTPUTS[1:]))

HYPERPARAMETERS: dict[str, Any] = {
    "time_freq": "1min",
    "context_length": p.CONTEXT_LENGTH,
    "prediction_length": p.PREDICTION_LENGTH,
    "epochs": p.EPOCHS,
    "learning_rate": p.LEARNING_RATE,
    "mini_batch_size": p.MINI_BATCH_SIZE,
    "num_cells": p.NUM_CELLS,
    "num_layers": p.NUM_LAYERS,
    "dropout_rate": p.DROPOUT_RATE,
    "likelihood": p.LIKELIHOOD,
    "early_stopping_patience": p.EARLY_STOPPING_PATIENCE,
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
        "prediction-length": p.PREDICTION_LENGTH,
        "backtest-windows": p.BACKTEST_WINDOWS,
        "request-minutes": p.REQUEST_MINUTES,
        "lag-minutes": p.LAG_MINUTES,
        "limits-path": Join("", ("/", p.PREFIX, "/quality/data")),
        "event-bus": p.EVENT_BUS_NAME,
        "execution": EXECUTION_ARN,
    },
    inputs={},
    outputs=("history", "train", "test", "backtest"),
    property_files=("data_quality",),
)

train = job_steps.training(
    "Train",
    HYPERPARAMETERS,
    {"train": read_history.output("train"), "test": read_history.output("test")},
    output="model",
)

reject_data = Step(
    "RejectData", "Fail", {"ErrorMessage": read_history.value("data_quality", "summary")}
)

passed = read_history.value("data_quality", "passed")

check_data = Step(
    "CheckData",
    "Condition",
    {
        "Conditions": [{"Type": "Equals", "LeftValue": passed, "RightValue": True}],
        "IfSteps": [train],
        "ElseSteps": [reject_data],
    },
)

forecaster = {
    "Image": p.TRAINING_IMAGE,
    "ModelDataUrl": train.get("ModelArtifacts.S3ModelArtifacts"),
}

create_model = model_steps.model("CreateModel", forecaster)

backtest = job_steps.transform(
    "Backtest",
    create_model,
    {"DEEPAR_INFERENCE_CONFIG": INFERENCE_CONFIG},
    source=read_history.output("backtest"),
    output="forecasts",
)

evaluate = job_steps.processing(
    "Evaluate",
    "evaluate",
    {"policy-path": Join("", ("/", p.PREFIX, "/quality/policy")), "trained-at": p.END_TIME},
    inputs={
        "history": read_history.output("history"),
        "forecasts": backtest.get("TransformOutput.S3OutputPath"),
    },
    outputs=("evaluation", "baseline"),
    property_files=("evaluation",),
)

loss = evaluate.value("evaluation", "deepar_metrics.mean_wql.value")
limit = evaluate.value("evaluation", "limit")
description = ("Trained on data until", p.END_TIME, "because:", p.REASON)

register = model_steps.registration(
    "Register",
    forecaster,
    description=Join(" ", description),
    model_quality={
        "Statistics": model_steps.file(evaluate.output("evaluation"), "evaluation.json"),
        "Constraints": model_steps.file(evaluate.output("evaluation"), "constraints.json"),
    },
    data_quality={
        "Statistics": model_steps.file(evaluate.output("baseline"), "statistics.json"),
        "Constraints": model_steps.file(evaluate.output("baseline"), "constraints.json"),
    },
    properties={"reason": p.REASON, "trained_at": p.END_TIME},
)

reason = ("The model fails the gate: its mean wQL", loss, "is above the limit", limit)

reject_model = Step("RejectModel", "Fail", {"ErrorMessage": Join(" ", reason)})

check_quality = Step(
    "CheckQuality",
    "Condition",
    {
        "Conditions": [{"Type": "LessThanOrEqualTo", "LeftValue": loss, "RightValue": limit}],
        "IfSteps": [register],
        "ElseSteps": [reject_model],
    },
)


def render_pipeline() -> str:
    """Return the definition that Terraform reads."""
    steps = [read_history, check_data, create_model, backtest, evaluate, check_quality]
    return definition(p.ALL, steps)
