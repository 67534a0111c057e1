"""The versions of the model: what each measured, who let it in, and where it went."""

import json

from botocore.exceptions import ClientError

from cli.reads.aws import Clients, Json, absent, iso, pages, s3_object
from cli.reads.decisions import decisions

NO_BACKTEST = dict.fromkeys(("windows", "wql", "naive_wql", "limit", "threshold"))


def models(clients: Clients, prefix: str, log: list[Json] | None = None) -> list[Json]:
    """Return every version, the oldest first.

    Keys: version, package_arn, trained_at, backtest {windows, wql, naive_wql, limit, threshold},
    approval, approved_at, staging_at, production_at (the last time it went there, or None).
    `log` saves reading the decisions once more.
    """
    sagemaker = clients("sagemaker")
    arns = [package["ModelPackageArn"] for package in packages(clients, prefix)]
    if not arns:
        return []
    deployed = _deployed(decisions(clients, prefix) if log is None else log)
    described = [sagemaker.describe_model_package(ModelPackageName=arn) for arn in arns]
    return [_model(clients, package, deployed) for package in described]


def packages(clients: Clients, prefix: str, approval: str | None = None) -> list[Json]:
    """Return the summaries of all versions (of one approval status), the oldest first."""
    wanted = {"ModelApprovalStatus": approval} if approval else {}
    try:
        found: list[Json] = list(
            pages(
                clients("sagemaker"),
                "list_model_packages",
                "ModelPackageSummaryList",
                ModelPackageGroupName=f"{prefix}-models",
                **wanted,
            )
        )
    except ClientError as error:
        if absent(error):
            return []
        raise
    return sorted(found, key=lambda package: int(package["ModelPackageVersion"]))


def _model(clients: Clients, package: Json, deployed: dict[tuple[str, str], str]) -> Json:
    arn, approval = package["ModelPackageArn"], package["ModelApprovalStatus"]
    evaluation = _evaluation(clients, package)
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


def _deployed(log: list[Json]) -> dict[tuple[str, str], str]:
    return {
        (event["detail"]["package_arn"], event["detail"]["stage"]): event["time"]
        for event in log
        if event["detail-type"] == "Model Deployed"
    }


def _evaluation(clients: Clients, package: Json) -> Json:
    quality = package.get("ModelMetrics", {}).get("ModelQuality", {}).get("Statistics", {})
    if "S3Uri" not in quality:  # a version that somebody registered by hand
        return {}
    try:
        evaluation: Json = json.loads(s3_object(clients, quality["S3Uri"]))
    except ClientError as error:
        if absent(error):  # the bucket's lifecycle took it
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
