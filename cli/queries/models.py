"""Model versions: backtest, approval, times of deployment."""

import json

from botocore.exceptions import ClientError

from cli.aws import Json, is_absent, pages, s3_object
from cli.connection import Connection
from common.decisions import MODEL_DEPLOYED
from common.times import iso

NO_BACKTEST = dict.fromkeys(("windows", "wql", "naive_wql", "limit", "threshold"))


def models(connection: Connection, log: list[Json]) -> list[Json]:
    """Return every version, oldest first; `log` has the decision events.

    Keys: version, package_arn, trained_at, backtest {windows, wql, naive_wql, limit, threshold},
    approval, approved_at, staging_at, production_at (last deployment to the stage, or None).
    """
    sagemaker = connection.clients("sagemaker")
    arns = [package["ModelPackageArn"] for package in packages(connection)]
    deployed = {
        (event["detail"]["package_arn"], event["detail"]["stage"]): event["time"]
        for event in log
        if event["detail-type"] == MODEL_DEPLOYED
    }
    described = [sagemaker.describe_model_package(ModelPackageName=arn) for arn in arns]
    return [_model(connection, package, deployed) for package in described]


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


def _model(connection: Connection, package: Json, deployed: dict[tuple[str, str], str]) -> Json:
    arn, approval = package["ModelPackageArn"], package["ModelApprovalStatus"]
    evaluation = _evaluation(connection, package)
    approved = package.get("LastModifiedTime") if approval == "Approved" else None
    return {
        "version": package["ModelPackageVersion"],
        "package_arn": arn,
        "trained_at": evaluation.get("trained_at") or iso(package["CreationTime"]),
        "backtest": _backtest(evaluation),
        "approval": approval,
        "approved_at": approved and iso(approved),
        "staging_at": deployed.get((arn, "staging")),
        "production_at": deployed.get((arn, "production")),
    }


def _evaluation(connection: Connection, package: Json) -> Json:
    quality = package.get("ModelMetrics", {}).get("ModelQuality", {}).get("Statistics", {})
    if "S3Uri" not in quality:  # registered by hand
        return {}
    try:
        evaluation: Json = json.loads(s3_object(connection.clients, quality["S3Uri"]))
    except ClientError as error:
        if is_absent(error):  # expired by the bucket's lifecycle
            return {}
        raise
    return evaluation


def _backtest(evaluation: Json) -> Json:
    if not evaluation:
        return dict(NO_BACKTEST)
    metrics = evaluation["deepar_metrics"]
    return {
        "windows": evaluation["windows"],
        "wql": metrics["mean_wql"]["value"],
        "naive_wql": metrics["naive_wql"]["value"],
        "limit": evaluation["limit"],
        "threshold": evaluation["threshold"],
    }
