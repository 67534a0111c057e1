"""Whether the endpoint serves, and which version. Pure."""

import re
from collections.abc import Mapping
from typing import Any

from predict.problems import Kind, NotReadyError, ProblemError

# While it is updated, an endpoint answers with its previous version.
SERVING = {"InService", "RollingBack", "SystemUpdating", "Updating"}


def answer(name: str, endpoint: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return status and version of an endpoint (DescribeEndpoint, None: it does not exist).

    Raises ProblemError if it does not serve, NotReadyError if it is not created yet.
    """
    status = endpoint["EndpointStatus"] if endpoint else "no endpoint"
    if endpoint is None or status not in SERVING:
        detail = f"endpoint {name}: got {status}, expected InService"
        kind = NotReadyError if endpoint is None or status == "Creating" else ProblemError
        raise kind(Kind.ENDPOINT_UNAVAILABLE, detail)
    found = re.match(rf"{re.escape(name)}-v(\d+)", endpoint.get("EndpointConfigName", ""))
    return {"endpoint": name, "status": status, "version": int(found[1]) if found else None}
