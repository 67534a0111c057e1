"""The store of SageMaker resources: errors of AWS, and operations of several threads at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from local import runtime
from local.clock.clock import Clock
from local.sagemaker import api
from local.sagemaker.registry import package_groups
from local.sagemaker.store import Store

THREADS = 16


@pytest.fixture
def store():
    return Store(
        "model",
        missing="no model {arn}",
        taken="{name} exists",
        missing_code="ResourceNotFound",
        missing_status=404,
        taken_code="ResourceInUse",
        normalize=str.lower,
    )


@pytest.fixture
def groups(monkeypatch):
    """Return the empty store of model package groups, with a virtual clock."""
    monkeypatch.setattr(runtime, "clock", Clock("virtual", 0.0), raising=False)
    monkeypatch.setattr(package_groups.groups, "items", {})
    return package_groups.groups


def create(name):
    try:
        return api.call("CreateModelPackageGroup", {"ModelPackageGroupName": name})
    except api.ApiError as refused:
        return refused


def test_missing_and_existing_names_are_errors_of_aws(store):
    with pytest.raises(api.ApiError, match=r"no model arn:aws:sagemaker:.*:model/a") as missing:
        store.get("A")
    assert (missing.value.code, missing.value.status) == ("ResourceNotFound", 404)
    store.add("A", 1)
    with pytest.raises(api.ApiError, match="a exists") as taken:
        store.add("a", 2)
    assert (taken.value.code, taken.value.status) == ("ResourceInUse", 400)


def test_resource_is_found_by_name_and_arn_in_any_case(store):
    store.add("A", 1)
    assert store.get("a") == store.get(store.arn("A")) == 1
    assert store.remove("a") == 1
    assert store.all() == []


def test_one_of_many_threads_creates_a_name(groups):
    with ThreadPoolExecutor(THREADS) as pool:
        results = list(pool.map(create, ["same"] * THREADS))
    assert sum(isinstance(result, api.ApiError) for result in results) == THREADS - 1
    assert len(groups.all()) == 1


def test_lists_are_complete_while_other_threads_create(groups):
    names = [f"group-{i}" for i in range(200)]

    def list_names(_):
        listed = api.call("ListModelPackageGroups", {"MaxResults": 100, "SortBy": "Name"})
        return [item["ModelPackageGroupName"] for item in listed["ModelPackageGroupSummaryList"]]

    with ThreadPoolExecutor(THREADS) as pool:
        created = pool.map(create, names)
        pages = list(pool.map(list_names, range(50)))
        assert not [result for result in created if isinstance(result, api.ApiError)]
    assert all(len(set(page)) == len(page) for page in pages)
    assert len(groups.all()) == len(names)


def test_responses_are_copies(groups):
    create("copied")
    described = api.call("DescribeModelPackageGroup", {"ModelPackageGroupName": "copied"})
    described["ModelPackageGroupStatus"] = "Changed"
    again = api.call("DescribeModelPackageGroup", {"ModelPackageGroupName": "copied"})
    assert again["ModelPackageGroupStatus"] == "Completed"
