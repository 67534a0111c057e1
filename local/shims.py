"""Virtual time inside a MiniStack module: its `time` and `datetime` globals follow our clock."""

import datetime as dt
import time as real_time
import types
from typing import Any

from local import runtime


class VirtualDatetime(dt.datetime):
    """`datetime.datetime` whose now is the clock's."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> "VirtualDatetime":
        """Return the clock's now."""
        return cls.fromtimestamp(runtime.clock.now(), tz)

    @classmethod
    def utcnow(cls) -> "VirtualDatetime":
        """Return the clock's now in UTC, naive."""
        return cls.fromtimestamp(runtime.clock.now(), dt.UTC).replace(tzinfo=None)


def _now() -> float:
    return runtime.clock.now()


def _sleep(seconds: float) -> None:
    runtime.clock.sleep(seconds)


def _struct(convert: Any) -> Any:
    return lambda seconds=None: convert(runtime.clock.now() if seconds is None else seconds)


def virtual_time() -> types.ModuleType:
    """Return a stand-in for the `time` module; `monotonic` and `perf_counter` stay real."""
    module = types.ModuleType("time")
    module.__dict__.update(real_time.__dict__)
    gmtime, localtime = _struct(real_time.gmtime), _struct(real_time.localtime)
    module.__dict__.update(
        time=_now,
        time_ns=lambda: int(_now() * 1e9),
        sleep=_sleep,
        gmtime=gmtime,
        localtime=localtime,
        strftime=lambda form, when=None: real_time.strftime(form, when or gmtime()),
    )
    return module


def _virtual_datetime_module() -> types.ModuleType:
    module = types.ModuleType("datetime")
    module.__dict__.update(dt.__dict__)
    module.__dict__["datetime"] = VirtualDatetime
    return module


def install(module: types.ModuleType) -> None:
    """Replace the time globals of `module`, whatever names it imported them under."""
    time_module, datetime_module = virtual_time(), _virtual_datetime_module()
    stand_ins: list[tuple[Any, Any]] = [
        (real_time, time_module),
        (real_time.time, time_module.__dict__["time"]),
        (real_time.sleep, time_module.__dict__["sleep"]),
        (real_time.gmtime, time_module.__dict__["gmtime"]),
        (dt, datetime_module),
        (dt.datetime, VirtualDatetime),
    ]
    for name, value in list(vars(module).items()):
        for original, replacement in stand_ins:
            if value is original:
                setattr(module, name, replacement)
