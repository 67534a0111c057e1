"""CloudWatch operations on metric alarms, with all fields in every protocol.

MiniStack ignores metric math, dimensions, actions and periods in the query protocol, which
Terraform uses.
"""

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from local import ministack, runtime
from local.cloudwatch import alarms

Response = tuple[int, dict[str, str], bytes]
Operation = Callable[..., Response]

LISTS = {"AlarmActions", "OKActions", "InsufficientDataActions", "Dimensions", "Metrics", "Tags"}
NUMBERS = {"Period", "EvaluationPeriods", "DatapointsToAlarm"}


def parse_query(params: dict[str, Any]) -> dict[str, Any]:
    """Parse parameters such as `Metrics.member.1.Id=e1` into nested values."""
    root: dict[str, Any] = {}
    for key in params:
        *parents, last = key.split(".")
        parent = root
        for name in parents:
            parent = parent.setdefault(name, {})
        parent[last] = _typed(last, ministack.query_parameter(params, key))
    nested: dict[str, Any] = _members_to_lists(root)
    return nested


def _typed(name: str, text: str) -> Any:
    if name in NUMBERS:
        return int(text)
    if name == "Threshold":
        return float(text)
    return text == "true" if name in {"ActionsEnabled", "ReturnData"} else text


def _members_to_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if set(value) == {"member"}:
        return [
            _members_to_lists(value["member"][index]) for index in sorted(value["member"], key=int)
        ]
    return {name: _members_to_lists(item) for name, item in value.items()}


def put_metric_alarm(
    params: dict[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False
) -> Response:
    """Store all fields of PutMetricAlarm; an updated alarm retains its state."""
    request = dict(data) if is_cbor or is_json else parse_query(params)
    request.pop("Action", None)
    request.pop("Version", None)
    tags, name, now = request.pop("Tags", None), request["AlarmName"], runtime.clock.now()
    old = ministack.alarms.get(name)
    rejection: Response | None = ministack.alarm_tags_refusal(
        tags, request.get("DatapointsToAlarm"), old is None, is_cbor, is_json
    )
    if rejection:
        return rejection
    alarm = {
        "AlarmArn": f"arn:aws:cloudwatch:{runtime.REGION}:{runtime.account}:alarm:{name}",
        "AlarmDescription": "",
        "ActionsEnabled": True,
        "TreatMissingData": "missing",
        "StateValue": "INSUFFICIENT_DATA",
        "StateReason": "Unchecked: Initial alarm creation",
        "StateUpdatedTimestamp": now,
        **{key: [] for key in sorted(LISTS - {"Tags", "Metrics"})},
        **{key: value for key, value in (old or {}).items() if key.startswith("State")},
        "AlarmConfigurationUpdatedTimestamp": now,
        **request,
    }
    ministack.alarms[name] = alarm
    if old is None and tags:
        ministack.alarm_tags[alarm["AlarmArn"]] = {tag["Key"]: tag["Value"] for tag in tags}
    return _empty("PutMetricAlarmResponse", is_cbor=is_cbor, is_json=is_json)


def set_alarm_state(original: Operation) -> Operation:
    """Make SetAlarmState of a metric alarm also send the event and run the actions."""

    def wrapper(
        params: dict[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False
    ) -> Response:
        request = data if is_cbor or is_json else parse_query(params)
        alarm = ministack.alarms.get(request.get("AlarmName"))
        if alarm is None:
            return original(params, data, is_cbor, is_json)
        if request["StateValue"] != alarm["StateValue"]:
            alarms.transition(alarm, request["StateValue"], request["StateReason"], None)
        return _empty("SetAlarmStateResponse", is_cbor=is_cbor, is_json=is_json)

    return wrapper


def describe_alarms(original: Operation) -> Operation:
    """Make DescribeAlarms return all fields in the query protocol."""

    def wrapper(
        params: dict[str, Any], data: dict[str, Any], is_cbor: bool, is_json: bool = False
    ) -> Response:
        if is_cbor or is_json:
            return original(params, data, is_cbor, is_json)
        request = parse_query(params)
        names, prefix = request.get("AlarmNames"), request.get("AlarmNamePrefix") or ""
        found = [
            alarm
            for name, alarm in sorted(ministack.alarms.items())
            if (not names or name in names)
            and name.startswith(prefix)
            and request.get("StateValue", alarm["StateValue"]) == alarm["StateValue"]
        ]
        members = "".join(f"<member>{_xml(alarm)}</member>" for alarm in found)
        inner = f"<MetricAlarms>{members}</MetricAlarms><CompositeAlarms/>"
        result = f"<DescribeAlarmsResult>{inner}</DescribeAlarmsResult>"
        return ministack.xml_response(200, "DescribeAlarmsResponse", result)

    return wrapper


def _xml(value: Any, name: str = "") -> str:
    if isinstance(value, dict):
        items = {key: item for key, item in value.items() if item is not None}
        return "".join(f"<{key}>{_xml(item, key)}</{key}>" for key, item in items.items())
    if isinstance(value, list):
        return "".join(f"<member>{_xml(item)}</member>" for item in value)
    if name.endswith("Timestamp"):
        return str(ministack.iso_timestamp(value))
    return str(value).lower() if isinstance(value, bool) else escape(str(value))


def _empty(root: str, *, is_cbor: bool, is_json: bool) -> Response:
    if is_cbor:
        return ministack.cbor_response({})
    return ministack.alarm_json_response({}) if is_json else ministack.xml_response(200, root, "")


def install() -> None:
    """Replace the three operations on metric alarms."""
    ministack.put_metric_alarm.replace(put_metric_alarm)
    ministack.set_alarm_state.wrap(set_alarm_state)
    ministack.describe_alarms.wrap(describe_alarms)
