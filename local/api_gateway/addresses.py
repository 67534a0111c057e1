"""Where clients reach the REST APIs: a path of the only port, instead of a host name. Pure."""

import re

# <url>/_aws/execute-api/<api>/<stage>/<route>
PATH = re.compile(r"/_aws/execute-api/[a-z0-9]+/[A-Za-z0-9_-]+(/.*)?")


def is_client(path: str) -> bool:
    """Return whether a request is one of a client of an API; others administer AWS."""
    return bool(PATH.fullmatch(path))
