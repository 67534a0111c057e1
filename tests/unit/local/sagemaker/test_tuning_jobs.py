"""The samples of a search."""

from local.sagemaker.jobs.tuning_jobs import samples
from sagemaker_pipelines.training import search


def of(seed, count=200):
    config = search.config()
    return samples({**config, "ResourceLimits": {"MaxNumberOfTrainingJobs": count}}, seed)


def test_samples_are_within_the_ranges_of_the_pipeline():
    found = of("job")
    assert len(found) == 200
    for name, (low, high, _) in {**search.CONTINUOUS, **search.INTEGER}.items():
        values = [float(sample[name]) for sample in found]
        assert float(low) <= min(values) < max(values) <= float(high)
    assert {sample["num_layers"] for sample in found} == {"1", "2", "3"}


def test_logarithmic_range_has_half_of_its_samples_below_the_geometric_mean():
    below = sum(float(sample["learning_rate"]) < 0.005 for sample in of("job"))
    assert 70 < below < 130


def test_seed_is_the_name_of_the_job():
    assert of("job") == of("job") != of("other")
