"""④ From history to a registered model.

    ReadHistory ──verdict──▶ CheckData ── bad ▶ RejectData
       │ │ │                     │ good
       │ │ └──── train, test ──▶ Train ──▶ CreateModel ──▶ Backtest ──forecasts──▶ Evaluate
       │ │                                                 ▲                       ▲   │
       │ └──────────────── backtest: one request a window ─┘                       │   ▼
       └────────────────── history: minutes, truths of the windows ────────────────┘ CheckQuality
                                                                      good ▶ Register ◀─┤
                                                                    bad ▶ RejectModel ◀─┘

Only Train lies in CheckData's branch: what needs its model never starts without it, and SageMaker
takes no condition in another one's branch. Everything an execution writes lies under
s3://<bucket>/training/<execution id>/. Nothing is cached: the data of a new training are new.
"""

import json
from typing import Any

from sagemaker_pipelines.definition import EXECUTION_ARN, Join, Step, definition
from sagemaker_pipelines.training import jobs, registry
from sagemaker_pipelines.training import parameters as p

QUANTILES = ("0.1", "0.5", "0.9")
FORECASTS = {"num_samples": 100, "output_types": ["mean", "quantiles"], "quantiles": QUANTILES}

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
    "test_quantiles": "[0.1, 0.5, 0.9]",
}

read_history = jobs.processing(
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
        "limits-path": Join("", ("/", p.PREFIX, "/quality/data")),
        "event-bus": p.EVENT_BUS_NAME,
        "execution": EXECUTION_ARN,
    },
    inputs={},
    outputs=("history", "train", "test", "backtest"),
    property_files=("data_quality",),
)

train = jobs.training(
    "Train",
    HYPERPARAMETERS,
    {"train": read_history.output("train"), "test": read_history.output("test")},
    output="model",
)

reject_data = Step(
    "RejectData", "Fail", {"ErrorMessage": read_history.value("data_quality", "sentence")}
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

create_model = registry.model("CreateModel", forecaster)

backtest = jobs.transform(
    "Backtest",
    create_model,
    {"DEEPAR_INFERENCE_CONFIG": json.dumps(FORECASTS)},
    source=read_history.output("backtest"),
    output="forecasts",
)

evaluate = jobs.processing(
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
why = ("Trained on data until", p.END_TIME, "because:", p.REASON)

register = registry.registration(
    "Register",
    forecaster,
    description=Join(" ", why),
    model_quality={
        "Statistics": registry.file(evaluate.output("evaluation"), "evaluation.json"),
        "Constraints": registry.file(evaluate.output("evaluation"), "constraints.json"),
    },
    data_quality={
        "Statistics": registry.file(evaluate.output("baseline"), "statistics.json"),
        "Constraints": registry.file(evaluate.output("baseline"), "constraints.json"),
    },
    properties={"reason": p.REASON, "trained_at": p.END_TIME},
)

verdict = ("The model is not good enough: its mean wQL", loss, "is above the limit", limit)

reject_model = Step("RejectModel", "Fail", {"ErrorMessage": Join(" ", verdict)})

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
    """Render the definition that Terraform reads."""
    steps = [read_history, check_data, create_model, backtest, evaluate, check_quality]
    return definition(p.ALL, steps)
