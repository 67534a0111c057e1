"""Headers that let pages of other origins call the API. Pure."""

from collections.abc import Collection

from predict.inference import HEADER


def headers(origin: str, allowed: Collection[str]) -> dict[str, str]:
    """Return the headers of an answer to a page of this origin, empty without one."""
    if not allowed:
        return {}
    if origin not in allowed:
        return {"Vary": "Origin"}
    return {
        "Vary": "Origin",
        "Access-Control-Allow-Headers": f"Content-Type,X-Api-Key,{HEADER}",
        "Access-Control-Allow-Methods": "GET,POST,OPTIONS",
        "Access-Control-Allow-Origin": origin,
        "Access-Control-Expose-Headers": HEADER,
        "Access-Control-Max-Age": "600",
    }
