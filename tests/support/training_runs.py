"""Records of trainings as the pipeline writes them."""

from common.training_runs import Source, TrainingRun

PIPELINE = "arn:aws:sagemaker:eu-west-1:123456789012:pipeline/evergreen-training"


def scores(wql, skill=None, **more):
    """Return the scores of a contender in evaluation.json."""
    against = {} if skill is None else {"against_reference": {"ratio": 1 - skill, "skill": skill}}
    return {"mean_wql": wql, "wql": {"0.5": wql}, "mase": None, **against, **more}


def report(winner="deepar", **contenders):
    """Return evaluation.json of a tournament."""
    default = {
        "deepar": scores(0.11, 0.45),
        "reference": scores(0.2),
        "champion": scores(0.15, 0.25),
    }
    return {
        "winner": winner,
        "reason": f"{winner or 'the champion'} is best",
        "summary": "a summary",
        "training": {
            "algorithm": winner or "none",
            "candidate": winner or "none",
            "image": "own",
            "span": "2024-10-08T12:00:00Z to 2024-10-10T11:54:00Z",
        },
        "champion": {"version": 1, "candidate": "ets"},
        "trained_at": "2024-10-10T12:00:00Z",
        "contenders": default | contenders,
    }


def started(execution="e1", time="2024-10-10T12:00:00Z", **parameters):
    """Return the record of a training that has read its history."""
    values = {"EndTime": time, "Reason": "a test", "Trigger": "command", "Epochs": "40"}
    run = TrainingRun.started(f"{PIPELINE}/execution/{execution}", values | parameters)
    data = {"feature_group": "evergreen-minutes", "minutes": 2875, "missing": 3}
    span = {"first": "2024-10-08T12:00:00Z", "last": "2024-10-10T11:54:00Z"}
    source = Source(commit=40 * "a", unknown={"image_digest": "not pushed"})
    return run.model_copy(update={"data": data | span, "source": source})
