"""Virtual time in MiniStack: `time` and `datetime` of its modules follow the clock."""

import datetime as dt
import time as real_time
import types
from typing import Any

from local import emulator, ministack, runtime


class VirtualDatetime(dt.datetime):
    """`datetime.datetime` with the time of the clock as now."""

    @classmethod
    def now(cls, tz: dt.tzinfo | None = None) -> "VirtualDatetime":
        """Return the time of the clock."""
        return cls.fromtimestamp(runtime.clock.now(), tz)

    @classmethod
    def utcnow(cls) -> "VirtualDatetime":
        """Return the time of the clock in UTC without a time zone."""
        return cls.fromtimestamp(runtime.clock.now(), dt.UTC).replace(tzinfo=None)


def _at_clock(convert: Any) -> Any:
    return lambda seconds=None: convert(runtime.clock.now() if seconds is None else seconds)


def _copy(module: types.ModuleType, **replaced: Any) -> types.ModuleType:
    copied = types.ModuleType(module.__name__)
    copied.__dict__.update(vars(module), **replaced)
    return copied


def virtual_time_module() -> types.ModuleType:
    """Return a copy of the `time` module; only `monotonic` and `perf_counter` stay real."""
    gmtime, localtime = _at_clock(real_time.gmtime), _at_clock(real_time.localtime)
    return _copy(
        real_time,
        time=runtime.clock.now,
        time_ns=lambda: int(runtime.clock.now() * 1e9),
        sleep=runtime.clock.sleep,
        gmtime=gmtime,
        localtime=localtime,
        strftime=lambda form, when=None: real_time.strftime(form, when or gmtime()),
    )


def patch(module: types.ModuleType) -> None:
    """Replace the time functions of `module` under all names that it imported them as."""
    time_module = virtual_time_module()
    replacements: list[tuple[Any, Any]] = [
        (real_time, time_module),
        (dt, _copy(dt, datetime=VirtualDatetime)),
        (dt.datetime, VirtualDatetime),
    ]
    names = ("time", "sleep", "gmtime")
    replacements += [(vars(real_time)[name], vars(time_module)[name]) for name in names]
    for name, value in list(vars(module).items()):
        for original, replacement in replacements:
            if value is original:
                setattr(module, name, replacement)


def install() -> None:
    """Patch the services whose timestamps must be those of the clock."""
    for name in ministack.TIMED_MODULES:
        patch(emulator.module(name))
