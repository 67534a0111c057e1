"""Model versions: tournament, approval, times of deployment."""

import json
from collections import defaultdict

from botocore.exceptions import ClientError

from cli.aws import Json, is_absent, pages, s3_object
from cli.connection import Connection
from common.decisions import MODEL_DEPLOYED
from common.times import iso

# Times of the deployments of a package to a stage, oldest first.
Deployments = dict[tuple[str, str], list[str]]
# Contenders that are not candidates.
OTHERS = {"champion": "champion_wql", "naive": "naive_wql", "reference": "reference_wql"}


def models(connection: Connection, log: list[Json]) -> list[Json]:
    """Return every version, oldest first; `log` has the decision events.

    Keys: version, package_arn, algorithm, candidate, trained_at, training_span, candidates [{name,
    wql, reference_wql, champion_wql, naive_wql}] (mean wQL of each in the tournament), windows,
    verdict, approval, approved_at, staging_at, production_at (last deployment to the stage, or
    None), production_times (of every deployment to production, oldest first: a version that serves
    again after a rollback has several).
    """
    deployed: Deployments = defaultdict(list)
    for event in log:
        if event["detail-type"] == MODEL_DEPLOYED:
            detail = event["detail"]
            deployed[detail["package_arn"], detail["stage"]].append(event["time"])
    return [_model(connection, package, deployed) for package in descriptions(connection)]


def descriptions(connection: Connection) -> list[Json]:
    """Return the DescribeModelPackage responses of all versions, oldest first."""
    sagemaker = connection.clients("sagemaker")
    arns = [package["ModelPackageArn"] for package in packages(connection)]
    return [sagemaker.describe_model_package(ModelPackageName=arn) for arn in arns]


def execution_id(description: Json) -> str | None:
    """Return the training that registered a version; None if somebody else did."""
    properties: Json = description.get("CustomerMetadataProperties", {})
    return properties.get("execution")


def scores(model: Json) -> Json:
    """Return the row of a version's own candidate; its values are None if there is none."""
    empty = dict.fromkeys(("name", "wql", *OTHERS.values()))
    return next((c for c in model["candidates"] if c["name"] == model["candidate"]), empty)


def packages(connection: Connection, approval: str | None = None) -> list[Json]:
    """Return the summaries of all versions (with that approval status), oldest first."""
    found: list[Json] = list(
        pages(
            connection.clients("sagemaker"),
            "list_model_packages",
            "ModelPackageSummaryList",
            ModelPackageGroupName=connection.outputs.model_package_group_name,
            **({"ModelApprovalStatus": approval} if approval else {}),
        )
    )
    return sorted(found, key=lambda package: int(package["ModelPackageVersion"]))


def _model(connection: Connection, package: Json, deployed: Deployments) -> Json:
    arn, approval = package["ModelPackageArn"], package["ModelApprovalStatus"]
    report = evaluation(connection, package)
    approved = package.get("LastModifiedTime") if approval == "Approved" else None
    properties = package.get("CustomerMetadataProperties", {})
    return {
        "version": package["ModelPackageVersion"],
        "package_arn": arn,
        "algorithm": properties.get("algorithm"),
        "candidate": properties.get("candidate"),
        "trained_at": report.get("trained_at") or iso(package["CreationTime"]),
        "training_span": properties.get("training_span"),
        "candidates": _candidates(report),
        "windows": len(report.get("windows", ())),
        "verdict": report.get("reason"),
        "approval": approval,
        "approved_at": approved and iso(approved),
        "staging_at": next(reversed(deployed[arn, "staging"]), None),
        "production_at": next(reversed(deployed[arn, "production"]), None),
        "production_times": deployed[arn, "production"],
    }


def evaluation(connection: Connection, package: Json) -> Json:
    """Return evaluation.json of a described version; empty if there is none."""
    quality = package.get("ModelMetrics", {}).get("ModelQuality", {}).get("Statistics", {})
    if "S3Uri" not in quality:  # registered by hand
        return {}
    try:
        report: Json = json.loads(s3_object(connection.clients, quality["S3Uri"]))
    except ClientError as error:
        if is_absent(error):  # expired by the bucket's lifecycle
            return {}
        raise
    return report


def _candidates(evaluation: Json) -> list[Json]:
    """Return the mean wQL of each candidate beside that of the others on the same windows."""
    contenders = evaluation.get("contenders", {})
    others = {key: contenders.get(name, {}).get("mean_wql") for name, key in OTHERS.items()}
    return [
        {"name": name, "wql": row["mean_wql"], **others}
        for name, row in contenders.items()
        if name not in OTHERS or name == evaluation["winner"]
    ]
