"""URLs of sources in logs and events: without what may be secret in them. Pure."""

from urllib.parse import urlsplit


def shown_url(url: str) -> str:
    """Return scheme, host and port of a URL: user, path and query may contain a key."""
    parts = urlsplit(url)
    host = f"[{parts.hostname}]" if ":" in (parts.hostname or "") else parts.hostname
    port = f":{parts.port}" if parts.port else ""
    return f"{parts.scheme}://{host}{port}"
