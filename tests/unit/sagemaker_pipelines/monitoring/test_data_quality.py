"""Constraints and violations in the schemas of Model Monitor."""

import json

import numpy as np
import pandas as pd
import pytest

from sagemaker_pipelines.monitoring import data_baselines
from sagemaker_pipelines.monitoring.data_quality import Constraints, violations
from sagemaker_pipelines.paths import JobError

INDEX = pd.date_range("2024-10-01", periods=3 * 1440, freq="min", tz="UTC")
RNG = np.random.default_rng(0)
BASELINE = pd.DataFrame(
    {
        "fee": RNG.uniform(10, 20, len(INDEX)),
        "count": RNG.integers(1, 9, len(INDEX)).astype(float),
    },
    INDEX,
)
DAY = BASELINE.iloc[:1440]
CONSTRAINTS = data_baselines.data_constraints(BASELINE)


def found(window, constraints=CONSTRAINTS):
    parsed = Constraints.parse(json.dumps(constraints))
    return [
        (violation["feature_name"], violation["constraint_check_type"])
        for violation in violations(parsed, BASELINE, window)
    ]


def test_baseline_has_the_schema_of_model_monitor():
    [fee, count] = CONSTRAINTS["features"]
    assert (fee["name"], fee["inferred_type"], fee["completeness"]) == ("fee", "Fractional", 1.0)
    assert count["inferred_type"] == "Integral"
    assert count["num_constraints"] == {"is_non_negative": True}
    statistics = data_baselines.data_statistics(BASELINE)
    assert statistics["dataset"] == {"item_count": len(INDEX)}
    assert [feature["name"] for feature in statistics["features"]] == ["fee", "count"]


def test_day_of_the_baseline_has_no_violation():
    assert found(DAY) == []


@pytest.mark.parametrize(
    ("change", "violation"),
    [
        ({"fee": DAY["fee"] * 2}, ("fee", "baseline_drift_check")),
        ({"fee": DAY["fee"].where(DAY.index.minute % 10 != 0)}, ("fee", "completeness_check")),
        ({"count": DAY["count"] + 0.5}, ("count", "data_type_check")),
        ({"count": -DAY["count"]}, ("count", "data_type_check")),
        ({"new": DAY["fee"]}, ("new", "extra_column_check")),
    ],
    ids=["another level", "missing values", "fractions", "negative", "new feature"],
)
def test_violations_are_named(change, violation):
    assert violation in found(DAY.assign(**change))


def test_vanished_feature_is_a_missing_column():
    assert found(DAY[["count"]]) == [("fee", "missing_column_check")]


def test_feature_without_values_violates_completeness_only():
    assert found(DAY.assign(fee=np.nan)) == [("fee", "completeness_check")]


def test_thresholds_can_be_changed_and_checks_switched_off():
    day = DAY.assign(fee=DAY["fee"] * 2)
    lenient = json.loads(json.dumps(CONSTRAINTS))
    override = lenient["features"][0]["monitoringConfigOverrides"]["distribution_constraints"]
    override["comparison_threshold"] = 1.0
    assert found(day, lenient) == []
    override.update(comparison_threshold=0.0, perform_comparison="Disabled")
    assert found(day, lenient) == []
    off = CONSTRAINTS | {"monitoring_config": {"evaluate_constraints": "Disabled"}}
    assert found(day, off) == []


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "constraints.json"),
        ('{"features": [{"name": "fee"}]}', "features.0.inferred_type: got nothing"),
        (
            '{"features": [{"name": "fee", "inferred_type": "Fractional", "completeness": 7}]}',
            "features.0.completeness: got 7",
        ),
    ],
)
def test_malformed_constraints_are_named(text, message):
    with pytest.raises(JobError, match=message):
        Constraints.parse(text)


@pytest.mark.parametrize(
    "config",
    [
        {"evaluate_constraints": "enabled"},
        {"distribution_constraints": {"perform_comparison": "Enable"}},
    ],
)
def test_misspelt_switch_does_not_switch_off(config):
    with pytest.raises(JobError, match="expected 'Enabled' or 'Disabled'"):
        Constraints.parse(json.dumps({"features": [], "monitoring_config": config}))


ROWS = pd.DataFrame(
    {"sex": RNG.choice(["F", "M"], 500), "length": RNG.uniform(0.1, 0.8, 500)}
).astype({"sex": object})


def found_of_rows(window, **config):
    constraints = data_baselines.data_constraints(ROWS)
    constraints["monitoring_config"] |= config
    parsed = Constraints.parse(json.dumps(constraints))
    return [
        (violation["feature_name"], violation["constraint_check_type"])
        for violation in violations(parsed, ROWS, window)
    ]


def test_baseline_of_rows_has_domains_and_ranges():
    sex, length = data_baselines.data_constraints(ROWS)["features"]
    assert sex["string_constraints"] == {"domains": ["F", "M"]}
    assert length["num_constraints"]["maximum"] == ROWS["length"].max()
    [statistics, _] = data_baselines.data_statistics(ROWS)["features"]
    buckets = statistics["string_statistics"]["distribution"]["categorical"]["buckets"]
    assert [bucket["value"] for bucket in buckets] == ["F", "M"]
    assert sum(bucket["count"] for bucket in buckets) == 500


@pytest.mark.parametrize("count", [10, 30, 500])
def test_chance_is_no_distance_of_few_rows(count):
    for seed in range(20):
        assert found_of_rows(ROWS.sample(count, random_state=seed)) == []


@pytest.mark.parametrize(
    ("change", "violation"),
    [
        ({"sex": "M"}, ("sex", "baseline_drift_check")),
        ({"sex": ["I", *ROWS["sex"][1:]]}, ("sex", "categorical_values_check")),
        ({"sex": [None] * 50 + [*ROWS["sex"][50:]]}, ("sex", "completeness_check")),
        ({"length": ROWS["length"] + 0.1}, ("length", "data_type_check")),
        ({"length": ROWS["length"] / 2}, ("length", "baseline_drift_check")),
    ],
    ids=["one value only", "unknown value", "missing values", "out of range", "distribution"],
)
def test_violations_of_rows_are_named(change, violation):
    assert violation in found_of_rows(ROWS.assign(**change))


def test_unknown_values_can_be_allowed():
    window = ROWS.assign(sex=["I", *ROWS["sex"][1:]])
    assert found_of_rows(window, domain_content_threshold=0.99) == []


def test_few_values_beyond_the_range_are_normal():
    window = ROWS.assign(length=[*ROWS["length"][:490], *[0.9] * 10])
    assert found_of_rows(window) == []
