"""Byte-bounded LRU cache of parts, so that a warm function does not read back its own writes."""

from collections import OrderedDict
from threading import Lock

from window_aggregator.minute_set import Columns


class PartCache:
    """The most recently used parts; the part of a key never changes. Thread-safe."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes, self._bytes = max_bytes, 0
        self._parts: OrderedDict[object, tuple[int, Columns]] = OrderedDict()
        self._lock = Lock()

    def get(self, key: object) -> Columns | None:
        """Return a part, None if it is not cached."""
        with self._lock:
            if key not in self._parts:
                return None
            self._parts.move_to_end(key)
            return self._parts[key][1]

    def put(self, key: object, size: int, part: Columns) -> None:
        """Cache a part of `size` bytes; evict the least recently used ones beyond the bound."""
        with self._lock:
            self._bytes += size - self._parts.pop(key, (0, part))[0]
            self._parts[key] = size, part
            while self._bytes > self._max_bytes:
                _, (evicted, _) = self._parts.popitem(last=False)
                self._bytes -= evicted
