"""Which deployment an approved model package asks for. Pure."""

import hashlib
from typing import Any


def is_approval(detail: dict[str, Any]) -> bool:
    """Say whether the event is about the approval itself.

    An update of any other field of an approved version sends `Approved` again.
    """
    updated = detail.get("UpdatedModelPackageFields")
    changed = updated is None or "ModelApprovalStatus" in updated
    return changed and detail["ModelApprovalStatus"] == "Approved"


def execution_name(detail: dict[str, Any]) -> str:
    """Name the execution after the approval, so that every copy of the event names the same.

    SageMaker may send several events, with different ids, for one change.
    """
    moment = detail.get("LastModifiedTime") or detail.get("CreationTime") or ""
    key = f"{detail['ModelPackageArn']} {moment}"
    digest = hashlib.sha256(key.encode()).hexdigest()[:8]
    return f"model-{detail['ModelPackageVersion']}-{digest}"
