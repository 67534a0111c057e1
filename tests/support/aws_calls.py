"""AWS as functions: botocore validates request and response of every call."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import SimpleNamespace

from botocore.exceptions import ParamValidationError
from botocore.validate import ParamValidator


class RefusedError(Exception):
    """The call fails with this error."""

    def __init__(self, code: str, message: str = "as configured"):
        super().__init__(code, message)
        self.code, self.message = code, message


@contextmanager
def answered(client, operations: dict[str, Callable[..., dict | None]]) -> Iterator[list]:
    """Answer calls by functions of their parameters; yield the (operation, parameters) seen."""
    seen: list = []
    events = client.meta.events

    def remember(params, context, **_):
        context["parameters"] = dict(params)

    def answer(model, context, **_):
        seen.append((model.name, context["parameters"]))
        try:
            output = operations[model.name](**context["parameters"]) or {}
        except RefusedError as error:
            return SimpleNamespace(status_code=400), {
                "Error": {"Code": error.code, "Message": error.message},
                "ResponseMetadata": {},
            }
        if model.output_shape:
            report = ParamValidator().validate(output, model.output_shape)
            if report.has_errors():
                raise ParamValidationError(report=report.generate_report())
        return SimpleNamespace(status_code=200), output

    hooks = [("before-parameter-build", remember), ("before-call", answer)]
    for name, hook in hooks:
        events.register_first(name, hook)
    try:
        yield seen
    finally:
        for name, hook in hooks:
            events.unregister(name, hook)


def names(seen) -> list[str]:
    return [name for name, _ in seen]
