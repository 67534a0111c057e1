"""Which requests the local AWS refuses, because a web page may have caused them. Pure.

Any page that the developer opens can send requests to a port on loopback. A browser marks them:
with an Origin, with Sec-Fetch-Site, or, where the page's own name resolves to loopback (DNS
rebinding), with that name as Host. SDKs, Terraform and curl send no such mark. The REST APIs take
requests of pages, which need the key of the API.
"""

import re
from collections.abc import Iterable

from common.errors import bad_value

LOOPBACK = re.compile(r"(127\.0\.0\.1|localhost|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
OWN_SITE = frozenset({"none", "same-origin"})  # typed by the user, or sent by a page of ours


def refusal(headers: Iterable[tuple[bytes, bytes]], *, from_pages: bool = False) -> str | None:
    """Return why a request with these headers (names in lower case) is refused, None if it is not.

    Every occurrence of a repeated header counts. `from_pages`: pages may send it.
    """
    decoded = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in headers]
    hosts = [value for name, value in decoded if name == "host"]
    for host in hosts or [""]:
        if not LOOPBACK.fullmatch(host):
            return bad_value("Host", host, "127.0.0.1, localhost or [::1]")
    for name, value in [] if from_pages else decoded:
        if name == "origin":
            return bad_value("Origin", value, "no such header: web pages have no access")
        if name == "sec-fetch-site" and value not in OWN_SITE:
            return bad_value("Sec-Fetch-Site", value, "none or same-origin")
    return None
