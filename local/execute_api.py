"""Where clients reach the REST APIs: a path of the only port, instead of a host name. Pure."""

import re

# <url>/_aws/execute-api/<api>/<stage>/<route>
PATH = re.compile(r"/_aws/execute-api/[a-z0-9]+/[A-Za-z0-9_-]+(/.*)?")
# What Terraform's provider makes of the id of an API, as in the `invoke_url` of a stage.
HOST = re.compile(r"https://([a-z0-9]+)\.execute-api\.[a-z0-9-]+\.amazonaws\.com(?=/|$)")


def is_client(path: str) -> bool:
    """Return whether a request is one of a client of an API; others administer AWS."""
    return bool(PATH.fullmatch(path))


def reachable(text: str, url: str) -> str:
    """Replace the host names of APIs in a text by their addresses on this machine."""
    return HOST.sub(lambda found: f"{url}/_aws/execute-api/{found[1]}", text)
