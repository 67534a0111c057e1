"""Endpoint configurations that SageMaker refuses."""

import pytest

from local.sagemaker.hosting.config_rules import problem

MODELS = {
    "m": {"ModelName": "m"},
    "isolated": {"ModelName": "isolated", "EnableNetworkIsolation": True},
    "private": {"ModelName": "private", "VpcConfig": {"Subnets": ["subnet-1"]}},
}
INSTANCE = {"InstanceType": "ml.m5.large", "InitialInstanceCount": 1}
SERVERLESS = {"ServerlessConfig": {"MemorySizeInMB": 2048, "MaxConcurrency": 5}}


def variant(name="AllTraffic", model="m", **more):
    return {"VariantName": name, "ModelName": model, **(more or INSTANCE)}


def body(*production, shadow=(), **more):
    found = {"ProductionVariants": list(production), **more}
    return found | ({"ShadowProductionVariants": list(shadow)} if shadow else {})


@pytest.mark.parametrize(
    "accepted",
    [
        body(variant()),
        body(variant("A"), variant("B", **INSTANCE, InitialVariantWeight=0.0)),
        body(variant("A"), shadow=[variant("B")]),
        body(variant(**SERVERLESS)),
    ],
    ids=["one", "weight 0", "shadow", "serverless"],
)
def test_valid_configuration_is_accepted(accepted):
    assert problem(accepted, MODELS) is None


@pytest.mark.parametrize(
    ("refused", "message"),
    [
        (body(variant(), variant()), "a name of its own"),
        (body(variant(**INSTANCE, InitialVariantWeight=0.0)), "above 0"),
        (body(variant("A"), variant("B"), shadow=[variant("C")]), "one shadow variant"),
        (body(variant(InstanceType="ml.m5.large")), "InitialInstanceCount of AllTraffic"),
        (body(variant(**SERVERLESS), DataCaptureConfig={}), "Data capture"),
        (body(variant(**SERVERLESS), KmsKeyId="key"), "KmsKeyId"),
        (body(variant("A", **SERVERLESS), variant("B")), "only one variant"),
        (body(variant(model="private", **SERVERLESS)), "VpcConfig"),
        (body(variant(model="isolated", **SERVERLESS)), "isolation"),
        (body(variant(**SERVERLESS, InstanceType="ml.m5.large")), "InstanceType"),
        (
            body(variant(ServerlessConfig={"MemorySizeInMB": 1500, "MaxConcurrency": 5})),
            "multiple of 1024",
        ),
    ],
)
def test_what_sagemaker_refuses_is_refused(refused, message):
    assert message in problem(refused, MODELS)
