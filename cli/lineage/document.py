"""Where a version comes from and what became of it. Pure.

A part that is not known is None, and the document's `unknown` says why, by the part's name.
"""

from collections.abc import Mapping, Sequence
from statistics import fmean

from cli.aws import Json
from common import model_packages
from common.times import iso

PARTS = ("data", "source", "parameters", "contenders", "verdict")
NOT_APPROVED = "PendingManualApproval"


def lineage(
    package: Json, run: Json | str, evaluation: Json, deployed: list[Json], results: Sequence[Json]
) -> Json:
    """Return the lineage of a version.

    `package` is its DescribeModelPackage response, `run` the record of its training or why there
    is none, `evaluation` its evaluation.json (empty: none), `deployed` its deployments and
    `results` its monitoring results.
    """
    training, unknown = _training(run, evaluation)
    approvals = _approvals(package, deployed, unknown)
    containers = package.get("InferenceSpecification", {}).get("Containers", [{}])
    image = containers[0].get("Image")
    digest = containers[0].get("ImageDigest")
    if digest is None:
        unknown["model_image_digest"] = "the model registry has none"
    return {
        "version": package["ModelPackageVersion"],
        "package_arn": package["ModelPackageArn"],
        "registered": iso(package["CreationTime"]),
        "approval": package["ModelApprovalStatus"],
        "promoted_from": model_packages.promoted_from(package),
        **training,
        "model_image": image,
        "model_image_digest": digest,
        "model_artifact": containers[0].get("ModelDataUrl"),
        "approvals": approvals,
        "deployments": deployed,
        "readings": readings(results),
        "unknown": unknown,
    }


def readings(results: Sequence[Json]) -> list[Json]:
    """Return for each stage the number of readings, mean losses and breaches, and their span."""
    stages = dict.fromkeys(str(result["stage"]) for result in results)
    return [_readings(stage, [r for r in results if r["stage"] == stage]) for stage in stages]


def _readings(stage: str, results: Sequence[Json]) -> Json:
    return {
        "stage": stage,
        "count": len(results),
        "first": results[0]["time"],
        "last": results[-1]["time"],
        "mean_wql": _mean(results, "wql"),
        "mean_relative_loss": _mean(results, "relative_loss"),
        "breaches": sum(bool(result.get("breach")) for result in results),
    }


def _mean(results: Sequence[Json], name: str) -> float | None:
    values = [result[name] for result in results if result.get(name) is not None]
    return fmean(values) if values else None


def _training(run: Json | str, evaluation: Json) -> tuple[Json, dict[str, str]]:
    """Return what the record says, or what evaluation.json still does, and what is unknown."""
    if not isinstance(run, str):
        names = ("execution_id", "trigger", "reason", *PARTS)
        unknown = {f"source.{key}": why for key, why in run["source"]["unknown"].items()}
        found = {name: run.get(name) for name in names}
        return found, unknown | {name: "not in the record" for name in PARTS if not found[name]}
    found = dict.fromkeys(("execution_id", "trigger", "reason", *PARTS))
    if evaluation:
        found["contenders"] = evaluation["contenders"]
        found["verdict"] = {key: evaluation.get(key) for key in ("winner", "reason", "summary")}
        found["data"] = {key: evaluation.get("history", {}).get(key) for key in ("first", "last")}
    return found, {name: run for name, value in found.items() if value is None}


def _approvals(package: Json, deployed: Sequence[Json], unknown: dict[str, str]) -> list[Json]:
    """Return who decided on staging (the registry) and production (the decision log)."""
    status = package["ModelApprovalStatus"]
    staging = []
    if status != NOT_APPROVED:
        by = _person(package.get("LastModifiedBy") or {})
        changed = package.get("LastModifiedTime")
        if by is None:
            unknown["approvals.staging.by"] = "the model registry does not name who changed it"
        staging = [
            {
                "stage": "staging",
                "decision": status.lower(),
                "time": iso(changed) if changed else None,
                "by": by,
                "comment": package.get("ApprovalDescription"),
            }
        ]
    production = [
        {
            "stage": "production",
            "decision": "approved",
            "time": row["time"],
            "by": row["approval"].get("by"),
            "comment": row["approval"].get("comment"),
        }
        for row in deployed
        if row["approval"]
    ]
    return staging + production


def _person(changed_by: Mapping[str, Json | str]) -> str | None:
    """Return the ARN or the Studio profile in UserContext."""
    identity = changed_by.get("IamIdentity")
    arn = identity.get("Arn") if isinstance(identity, Mapping) else None
    return str(found) if (found := arn or changed_by.get("UserProfileName")) else None
