"""Requests to a forecasting model: series in DeepAR's JSON. Pure."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from common import deepar
from predict.json_body import Path, is_number, member_faults
from predict.problems import Fault, check_rows, invalid

START, TARGET, CONFIGURATION, INSTANCES = "start", "target", "configuration", "instances"
OPTIONAL = ("cat", "dynamic_feat")
OUTPUT_TYPES = ("mean", "quantiles", "samples")
DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
TIME = rf"^{DAY}[ T]([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$"
LEVEL = r"^0?\.[0-9]*[1-9][0-9]*$"  # of a quantile: between 0 and 1
EXPECTED_TARGET = 'a finite number, null or "NaN"'


def single_request(document: object, samples: int) -> bytes:
    """Return the request to the endpoint for one series; raises ProblemError."""
    faults = member_faults(document, (), [START, TARGET], [*OPTIONAL, CONFIGURATION])
    if not isinstance(document, Mapping):
        raise invalid(faults)
    faults += _instance_faults(document, ())
    instance = {name: value for name, value in document.items() if name != CONFIGURATION}
    return _request([instance], document, samples, faults)


def batch_request(document: object, samples: int, limit: int) -> bytes:
    """Return the request to the endpoint for at most `limit` series; raises ProblemError."""
    faults = member_faults(document, (), [INSTANCES], [CONFIGURATION])
    if not isinstance(document, Mapping) or INSTANCES not in document:
        raise invalid(faults)
    instances = document[INSTANCES]
    if not isinstance(instances, list) or not instances:
        raise invalid([*faults, Fault((INSTANCES,), instances, "a list of at least one series")])
    check_rows(len(instances), limit, (INSTANCES,))
    for number, instance in enumerate(instances):
        path = (INSTANCES, number)
        faults += member_faults(instance, path, [START, TARGET], OPTIONAL)
        if isinstance(instance, Mapping):
            faults += _instance_faults(instance, path)
    return _request(instances, document, samples, faults)


def _request(
    instances: list[Any], document: Mapping[str, Any], samples: int, faults: list[Fault]
) -> bytes:
    configuration = document.get(CONFIGURATION, deepar.configuration(samples))
    faults += _configuration_faults(configuration)
    if faults:
        raise invalid(faults)
    return json.dumps({INSTANCES: instances, CONFIGURATION: configuration}).encode()


def _instance_faults(instance: Mapping[str, Any], path: Path) -> Iterable[Fault]:
    """Yield what is wrong with the values of one series; members are checked before."""
    if START in instance and not _is_time(instance[START]):
        yield Fault((*path, START), instance[START], "a time, YYYY-MM-DD HH:MM:SS")
    if TARGET in instance:
        yield from _list_faults(
            instance[TARGET], (*path, TARGET), _is_target, EXPECTED_TARGET, shortest=1
        )
    if "cat" in instance:
        expected = "an integer of at least 0"
        yield from _list_faults(instance["cat"], (*path, "cat"), _is_category, expected)
    if "dynamic_feat" in instance:
        lists, place = instance["dynamic_feat"], (*path, "dynamic_feat")
        yield from _list_faults(lists, place, _is_list, "a list of numbers")
        for number, values in enumerate(filter(_is_list, lists if _is_list(lists) else [])):
            yield from _list_faults(values, (*place, number), is_number, "a finite number")


def _configuration_faults(configuration: object) -> Iterable[Fault]:
    path = (CONFIGURATION,)
    names = ("num_samples", "output_types", "quantiles")
    yield from member_faults(configuration, path, [], names)
    if not isinstance(configuration, Mapping):
        return
    samples = configuration.get("num_samples", 1)
    if not _is_category(samples) or samples < 1:
        yield Fault((*path, "num_samples"), samples, "an integer of at least 1")
    types = configuration.get("output_types", ["mean"])
    expected = f"one of {', '.join(OUTPUT_TYPES)}"
    yield from _list_faults(
        types, (*path, "output_types"), lambda name: name in OUTPUT_TYPES, expected, shortest=1
    )
    levels = configuration.get("quantiles", [])
    expected = 'a text such as "0.9", between 0 and 1'
    yield from _list_faults(levels, (*path, "quantiles"), _is_level, expected)


def _list_faults(
    values: object, path: Path, fits: Any, expected: str, *, shortest: int = 0
) -> Iterable[Fault]:
    if not isinstance(values, list) or len(values) < shortest:
        yield Fault(path, values, "a list" if not shortest else "a list of at least one value")
        return
    for number, value in enumerate(values):
        if not fits(value):
            yield Fault((*path, number), value, expected)


def _is_target(value: object) -> bool:
    return value is None or value == "NaN" or is_number(value)


def _is_category(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def _is_list(value: object) -> bool:
    return isinstance(value, list)


def _is_level(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(LEVEL, value) is not None


def _is_time(value: object) -> bool:
    try:
        found = isinstance(value, str) and re.fullmatch(TIME, value)
        return bool(found and datetime.fromisoformat(str(value)))
    except ValueError:
        return False
