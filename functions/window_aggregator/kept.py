"""Parts kept in the memory of a warm function: what it wrote itself it need not read again."""

from collections import OrderedDict
from threading import Lock

from window_aggregator.fees import Columns


class Kept:
    """The parts that were used last, so many bytes of them. What a key means never changes."""

    def __init__(self, most: int) -> None:
        self._most, self._bytes = most, 0
        self._parts: OrderedDict[object, tuple[int, Columns]] = OrderedDict()
        self._lock = Lock()

    def find(self, key: object) -> Columns | None:
        """Return a part, if it is still kept."""
        with self._lock:
            if key not in self._parts:
                return None
            self._parts.move_to_end(key)
            return self._parts[key][1]

    def keep(self, key: object, size: int, part: Columns) -> None:
        """Keep a part of so many bytes; what was not used for longest makes room."""
        with self._lock:
            self._bytes += size - self._parts.pop(key, (0, part))[0]
            self._parts[key] = size, part
            while self._bytes > self._most:
                _, (gone, _) = self._parts.popitem(last=False)
                self._bytes -= gone
