"""What SageMaker refuses in an endpoint configuration. Pure.

The rules are those of the API reference of CreateEndpointConfig and of the pages on serverless
endpoints and shadow variants in SageMaker's developer guide.
"""

from collections.abc import Mapping

from local.sagemaker.api import Json

VARIANTS = ("ProductionVariants", "ShadowProductionVariants")


def problem(body: Json, models: Mapping[str, Json]) -> str | None:
    """Return why a request is refused, None if it is not; `models` has its models by name."""
    production, shadow = (body.get(field) or [] for field in VARIANTS)
    variants = [*production, *shadow]
    names = [variant["VariantName"] for variant in variants]
    if len(set(names)) < len(names):
        return f"VariantName: got {names}, expected a name of its own for each variant"
    if shadow and (len(production), len(shadow)) != (1, 1):
        return "ShadowProductionVariants: expected one production and one shadow variant"
    if not any(variant.get("InitialVariantWeight", 1.0) > 0 for variant in production):
        return "InitialVariantWeight: expected a weight above 0 of at least one variant"
    if any("ServerlessConfig" in variant for variant in variants):
        return _serverless_problem(body, variants, models)
    for variant in variants:
        for field in ("InstanceType", "InitialInstanceCount"):
            if field not in variant:
                return f"{field} of {variant['VariantName']}: got none, expected a value"
    return None


def _serverless_problem(
    body: Json, variants: list[Json], models: Mapping[str, Json]
) -> str | None:
    if len(variants) > 1:
        return "Serverless endpoints support only one variant."
    [variant] = variants
    model = models[variant["ModelName"]]
    unsupported = {
        "Data capture": "DataCaptureConfig" in body,
        "KmsKeyId": "KmsKeyId" in body,
        "InstanceType": "InstanceType" in variant,
        "InitialInstanceCount": "InitialInstanceCount" in variant,
        "VpcConfig of the model": model.get("VpcConfig"),
        "Network isolation of the model": model.get("EnableNetworkIsolation"),
    }
    if found := [name for name, is_set in unsupported.items() if is_set]:
        return f"{found[0]} is not supported for serverless endpoints."
    if (memory := variant["ServerlessConfig"]["MemorySizeInMB"]) % 1024:
        return f"MemorySizeInMB: got {memory}, expected a multiple of 1024 up to 6144"
    return None
