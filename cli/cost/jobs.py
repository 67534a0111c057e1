"""Use of AWS by SageMaker jobs, and by the endpoints that new versions are tested on. Pure."""

from cli.cost import endpoints
from cli.cost.assumptions import Assumptions
from cli.cost.configuration import Configuration
from cli.cost.use import DAYS, Use

COMPACTION_INSTANCE = "ml.t3.medium"  # modules/features


def uses(config: Configuration, assumed: Assumptions) -> list[Use]:
    """Return the jobs of trainings, bake periods and compaction."""
    count, hours = assumed.all_trainings(config), assumed.job_minutes / 60
    deepar = sum(name.removesuffix("_recent") == "deepar" for name in config.candidates)
    versions = count * assumed.versions_per_training
    # ReadHistory, ForecastCandidates, Evaluate, Baseline, and a transform per candidate of DeepAR;
    # or PrepareTable and Evaluate.
    steps = 4 + deepar + bool(config.tuning_jobs) if config.model is None else 2
    processing = hours * count * steps
    # And the winner again, on all data; of a tabular model it is the one that was judged.
    training = hours * count * (deepar + config.tuning_jobs + 1) * config.training_instance_count
    found = [
        Use(
            "SageMaker jobs",
            "processing and transform of trainings",
            processing,
            f"{config.processing_instance_type}_hour",
        ),
        Use("SageMaker jobs", "training", training, f"{config.training_instance_type}_hour"),
        Use(
            "SageMaker jobs",
            "comparisons of the bake period",
            hours * versions * config.bake_readings,
            f"{config.bake_instance_type}_hour",
        ),
    ]
    monitoring = hours * DAYS * config.monitoring_jobs * config.monitored_stages
    price = f"{config.monitoring_instance_type}_hour"
    found.append(Use("SageMaker jobs", "monitoring", monitoring, price))
    if config.compacted:
        price = f"{COMPACTION_INSTANCE}_hour"
        found.append(Use("SageMaker jobs", "daily compaction", hours * DAYS, price))
    if not config.staging_always_on:
        price = f"{config.staging_instance_type}_hour"
        found.append(Use("SageMaker endpoints", "staging, an hour a version", versions, price))
    if config.pre_traffic_check:
        item = "production's configuration before its traffic, an hour a version"
        found.append(endpoints.production(config, versions, item))
    return found
