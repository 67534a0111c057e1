"""Alarms in and out of the CloudWatch API, with all their fields in every protocol.

MiniStack drops metric math, dimensions, actions and periods of the query protocol, which
Terraform speaks.
"""

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from ministack.services import cloudwatch

from local import alarms, runtime

Answer = tuple[int, dict[str, str], bytes]
Operation = Callable[..., Answer]

LISTS = {"AlarmActions", "OKActions", "InsufficientDataActions", "Dimensions", "Metrics", "Tags"}
NUMBERS = {"Period", "EvaluationPeriods", "DatapointsToAlarm"}


def parse_query(params: dict[str, Any]) -> dict[str, Any]:
    """Turn `Metrics.member.1.Id=e1` members into nested values."""
    root: dict[str, Any] = {}
    for key in params:
        place, *rest = root, *key.split(".")
        for name in rest[:-1]:
            place = place.setdefault(name, {})
        place[rest[-1]] = _typed(rest[-1], cloudwatch._p(params, key))
    nested: dict[str, Any] = _listed(root)
    return nested


def _typed(name: str, text: str) -> Any:
    if name in NUMBERS:
        return int(text)
    if name == "Threshold":
        return float(text)
    return text == "true" if name in {"ActionsEnabled", "ReturnData"} else text


def _listed(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if set(value) == {"member"}:
        return [_listed(value["member"][index]) for index in sorted(value["member"], key=int)]
    return {name: _listed(item) for name, item in value.items()}


def put_metric_alarm(
    params: dict[str, Any],
    data: dict[str, Any],
    is_cbor: bool,
    is_json: bool = False,
) -> Answer:
    """PutMetricAlarm: keep every field; a changed alarm keeps its state."""
    given = dict(data) if is_cbor or is_json else parse_query(params)
    given.pop("Action", None)
    given.pop("Version", None)
    tags, name, now = given.pop("Tags", None), given["AlarmName"], runtime.clock.now()
    old = cloudwatch._alarms.get(name)
    refused = cloudwatch._alarm_tags_refusal(
        tags, given.get("DatapointsToAlarm"), old is None, is_cbor, is_json
    )
    if refused:
        answer: Answer = refused
        return answer
    alarm = {
        "AlarmArn": f"arn:aws:cloudwatch:{runtime.REGION}:{runtime.ACCOUNT}:alarm:{name}",
        "AlarmDescription": "",
        "ActionsEnabled": True,
        "TreatMissingData": "missing",
        "StateValue": "INSUFFICIENT_DATA",
        "StateReason": "Unchecked: Initial alarm creation",
        "StateUpdatedTimestamp": now,
        **{key: [] for key in sorted(LISTS - {"Tags", "Metrics"})},
        **{key: value for key, value in (old or {}).items() if key.startswith("State")},
        "AlarmConfigurationUpdatedTimestamp": now,
        **given,
    }
    cloudwatch._alarms[name] = alarm
    if old is None and tags:
        cloudwatch._resource_tags[alarm["AlarmArn"]] = {tag["Key"]: tag["Value"] for tag in tags}
    return _empty("PutMetricAlarmResponse", is_cbor=is_cbor, is_json=is_json)


def set_alarm_state(original: Operation) -> Operation:
    """SetAlarmState of a metric alarm: the way to try an alarm out, so its event goes out too."""

    def wrapper(
        params: dict[str, Any],
        data: dict[str, Any],
        is_cbor: bool,
        is_json: bool = False,
    ) -> Answer:
        given = data if is_cbor or is_json else parse_query(params)
        alarm = cloudwatch._alarms.get(given.get("AlarmName"))
        if alarm is None:
            return original(params, data, is_cbor, is_json)
        if given["StateValue"] != alarm["StateValue"]:
            alarms.transition(alarm, given["StateValue"], given["StateReason"], None)
        return _empty("SetAlarmStateResponse", is_cbor=is_cbor, is_json=is_json)

    return wrapper


def describe_alarms(original: Operation) -> Operation:
    """DescribeAlarms: the query protocol answers with all fields."""

    def wrapper(
        params: dict[str, Any],
        data: dict[str, Any],
        is_cbor: bool,
        is_json: bool = False,
    ) -> Answer:
        if is_cbor or is_json:
            return original(params, data, is_cbor, is_json)
        given = parse_query(params)
        names, prefix = given.get("AlarmNames"), given.get("AlarmNamePrefix") or ""
        found = [
            alarm
            for name, alarm in sorted(cloudwatch._alarms.items())
            if (not names or name in names)
            and name.startswith(prefix)
            and given.get("StateValue", alarm["StateValue"]) == alarm["StateValue"]
        ]
        members = "".join(f"<member>{_xml(alarm)}</member>" for alarm in found)
        inner = f"<MetricAlarms>{members}</MetricAlarms><CompositeAlarms/>"
        result = f"<DescribeAlarmsResult>{inner}</DescribeAlarmsResult>"
        answer: Answer = cloudwatch._xml(200, "DescribeAlarmsResponse", result)
        return answer

    return wrapper


def _xml(value: Any, name: str = "") -> str:
    if isinstance(value, dict):
        items = {key: item for key, item in value.items() if item is not None}
        return "".join(f"<{key}>{_xml(item, key)}</{key}>" for key, item in items.items())
    if isinstance(value, list):
        return "".join(f"<member>{_xml(item)}</member>" for item in value)
    if name.endswith("Timestamp"):
        return str(cloudwatch._ts_iso(value))
    return str(value).lower() if isinstance(value, bool) else escape(str(value))


def _empty(root: str, *, is_cbor: bool, is_json: bool) -> Answer:
    answer: Answer = (
        cloudwatch._cbor_ok({})
        if is_cbor
        else cloudwatch._json_ok({})
        if is_json
        else cloudwatch._xml(200, root, "")
    )
    return answer


def install() -> None:
    """Replace the three operations of metric alarms."""
    cloudwatch._put_metric_alarm = put_metric_alarm
    cloudwatch._set_alarm_state = set_alarm_state(cloudwatch._set_alarm_state)
    cloudwatch._describe_alarms = describe_alarms(cloudwatch._describe_alarms)
