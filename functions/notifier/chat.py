"""A message in a chat, by its incoming webhook (Slack, Teams and others take `{"text": …}`)."""

import json
from http.client import HTTPException, HTTPSConnection
from urllib.parse import urlsplit

TIMEOUT_SECONDS = 10


class ChatError(RuntimeError):
    """The chat did not take the message. The text never has the address, which is a secret."""


def post(address: str, text: str) -> None:
    """Post a text; raises ChatError.

    Only HTTPS with a verified certificate, and redirects are not followed: whoever controls an
    address cannot lead the message elsewhere.
    """
    url = urlsplit(address.strip())
    if url.scheme != "https" or not url.hostname or url.username or url.password:
        raise ChatError("the webhook: expected an address https://… without credentials")
    path = f"{url.path or '/'}?{url.query}" if url.query else url.path or "/"
    headers = {"Content-Type": "application/json", "User-Agent": "evergreen"}
    try:
        connection = HTTPSConnection(url.hostname, url.port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request("POST", path, json.dumps({"text": text}).encode(), headers)
            status = connection.getresponse().status
        finally:
            connection.close()
    except (HTTPException, OSError, ValueError) as error:
        # The original error may contain the address.
        raise ChatError(f"the webhook is unreachable: {type(error).__name__}") from None
    if status >= 300:
        raise ChatError(f"the webhook answered with status {status}")
