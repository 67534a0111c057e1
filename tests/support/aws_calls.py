"""AWS calls stubbed by functions; botocore validates every request and response."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from botocore.exceptions import ParamValidationError
from botocore.validate import ParamValidator


class CallError(Exception):
    """Raised by a stub to make its call fail with this error code."""

    def __init__(self, code: str, message: str = "as configured"):
        super().__init__(code, message)
        self.code, self.message = code, message


@contextmanager
def stubbed(client, operations: dict[str, Callable[..., dict | None]]) -> Iterator[list]:
    """Call `operations[name](**parameters)` instead of AWS; yield the list of calls."""
    seen: list = []
    events = client.meta.events

    def remember(params, context, **_):
        context["parameters"] = dict(params)

    def call(model, context, **_):
        seen.append((model.name, context["parameters"]))
        try:
            output = operations[model.name](**context["parameters"]) or {}
        except CallError as error:
            return SimpleNamespace(status_code=400), {
                "Error": {"Code": error.code, "Message": error.message},
                "ResponseMetadata": {},
            }
        if model.output_shape:
            report = ParamValidator().validate(output, model.output_shape)
            if report.has_errors():
                raise ParamValidationError(report=report.generate_report())
        return SimpleNamespace(status_code=200), output

    hooks = [("before-parameter-build", remember), ("before-call", call)]
    for name, hook in hooks:
        events.register_first(name, hook)
    try:
        yield seen
    finally:
        for name, hook in hooks:
            events.unregister(name, hook)


def names(seen) -> list[str]:
    return [name for name, _ in seen]
