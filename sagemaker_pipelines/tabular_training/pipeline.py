"""④ The training pipeline of a tabular model.

    PrepareTable ──quality──▶ CheckData ─ fail ▶ RejectData
         │                        │ pass
         │                      Train
         │                        ▼
         └─ windows, requests ▶ Evaluate ◀── champion: the production endpoint, same rows
                                  │ winner
                              CheckModel ──▶ RegisterModel

Names of parameters, steps and files are those of the forecaster's pipeline where they mean the
same. The registered model is the one that was judged.
"""

from sagemaker_pipelines.dsl import EXECUTION_ARN, EXECUTION_ID, Join, Parameter, Step
from sagemaker_pipelines.experiments import records
from sagemaker_pipelines.steps.evaluate_table import HYPERPARAMETER
from sagemaker_pipelines.tabular import settings
from sagemaker_pipelines.tabular.settings import SAMPLE
from sagemaker_pipelines.tabular.splits import TEST, TRAIN, VALIDATION
from sagemaker_pipelines.training import job_steps, model_steps
from sagemaker_pipelines.training import parameters as p

CONTENT_TYPES = ("text/csv", "application/json", "application/jsonlines")

SHARED = (
    *(p.REASON, p.TRIGGER, p.END_TIME, p.ROLE_ARN, p.KMS_KEY_ID, p.BUCKET, p.PREFIX),
    *(p.EVENT_BUS_NAME, p.MODEL_PACKAGE_GROUP_NAME, p.TRACKING_URI, p.PROCESSING_IMAGE),
    *(p.TRAINING_INSTANCE_TYPE, p.PROCESSING_INSTANCE_TYPE),
)


def parameter_name(hyperparameter: str) -> str:
    """Return the pipeline parameter of a hyperparameter: max_iter -> MaxIter."""
    return hyperparameter.replace("_", " ").title().replace(" ", "")


def graph(model: str) -> tuple[list[Parameter], list[Step]]:
    """Return parameters and steps of a model's training."""
    own = settings.find(model)
    data = Parameter("DataUri", SAMPLE if own.sample else None)
    gate = Parameter("Gate", own.gate)
    hyperparameters = {
        name: Parameter(parameter_name(name), default)
        for name, default in own.hyperparameters.items()
    }
    parameters = [*SHARED, data, gate, *hyperparameters.values()]

    prepare = job_steps.processing(
        "PrepareTable",
        "prepare_table",
        {
            "model": model,
            "data": data,
            "end-time": p.END_TIME,
            "event-bus": p.EVENT_BUS_NAME,
            "execution": EXECUTION_ARN,
        },
        inputs={},
        outputs=("history", TRAIN, VALIDATION, TEST, "requests", records.OUTPUT),
        property_files=("data_quality",),
        environment={f"{records.PARAMETER}{one.name}": one for one in parameters},
    )
    train = job_steps.training(
        "Train",
        p.PROCESSING_IMAGE,
        {"algorithm": model, **hyperparameters},
        {"train": prepare.output(TRAIN), "test": prepare.output(VALIDATION)},
        output="model",
        content_type="text/csv",
    )
    reject_data = Step(
        "RejectData",
        "Fail",
        {"ErrorMessage": Join("", (prepare.value("data_quality", "summary"),))},
    )
    passed = prepare.value("data_quality", "passed")
    check_data = Step(
        "CheckData",
        "Condition",
        {
            "Conditions": [{"Type": "Equals", "LeftValue": passed, "RightValue": True}],
            "IfSteps": [train],
            "ElseSteps": [reject_data],
        },
    )
    evaluate = job_steps.processing(
        "Evaluate",
        "evaluate_table",
        {
            "model": model,
            "gate": gate,
            "champion-endpoint": Join("-", (p.PREFIX, "production")),
            "end-time": p.END_TIME,
            "event-bus": p.EVENT_BUS_NAME,
            "execution": EXECUTION_ARN,
            **{f"{HYPERPARAMETER}{name}": value for name, value in hyperparameters.items()},
        },
        inputs={
            "history": prepare.output("history"),
            TRAIN: prepare.output(TRAIN),
            TEST: prepare.output(TEST),
            "requests": prepare.output("requests"),
            records.STARTED: prepare.output(records.OUTPUT),
        },
        files={"model": train.get("ModelArtifacts.S3ModelArtifacts")},
        outputs=("evaluation", "baseline", records.OUTPUT),
        property_files=("registration",),
    )
    candidate = evaluate.value("registration", "training.candidate")
    baseline = evaluate.output("baseline")
    register = model_steps.registration(
        "RegisterModel",
        model_steps.container(p.PROCESSING_IMAGE, train),
        content_types=CONTENT_TYPES,
        description=Join(" ", (candidate, "trained at", p.END_TIME, ":", p.REASON)),
        model_quality={
            "Statistics": model_steps.file(evaluate.output("evaluation"), "evaluation.json"),
            "Constraints": model_steps.file(baseline, "model_quality/constraints.json"),
        },
        data_quality={
            "Statistics": model_steps.file(baseline, "data_quality/statistics.json"),
            "Constraints": model_steps.file(baseline, "data_quality/constraints.json"),
        },
        properties={
            "algorithm": evaluate.value("registration", "training.algorithm"),
            "candidate": candidate,
            "execution": EXECUTION_ID,
            "reason": p.REASON,
            "trained_at": p.END_TIME,
            "training_span": evaluate.value("registration", "training.span"),
        },
        card=evaluate.value("registration", "model_card"),
    )
    trained_by = evaluate.value("registration", "training.image")
    check_model = Step(
        "CheckModel",
        "Condition",
        {
            "Conditions": [{"Type": "Equals", "LeftValue": trained_by, "RightValue": "own"}],
            "IfSteps": [register],
            "ElseSteps": [],
        },
    )
    return parameters, [prepare, check_data, evaluate, check_model]
