"""One JSON object a line on standard error: level, message, and the fields given as `extra`."""

import json
import logging
import sys

_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


class JsonFormatter(logging.Formatter):
    """Puts a record's extra fields beside its message."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the line of a record."""
        fields = {"level": record.levelname, "message": record.getMessage()}
        fields |= {key: value for key, value in vars(record).items() if key not in _USUAL}
        if record.exc_info:
            fields["exception"] = self.formatException(record.exc_info)
        return json.dumps(fields, default=str)


def configure() -> None:
    """Send our records to standard error, other libraries' from warnings up."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter())
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("poller").setLevel(logging.INFO)
