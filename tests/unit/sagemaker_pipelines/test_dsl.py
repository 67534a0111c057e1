import json

from sagemaker_pipelines.dsl import Get, Join, JsonGet, Parameter, Step, definition


def test_expressions_have_the_format_of_sagemaker():
    bucket = Parameter("Bucket")
    step = Step("Read", "Processing", {"Uri": Join("/", ("s3:/", bucket))})

    assert step.render()["Arguments"] == {
        "Uri": {"Std:Join": {"On": "/", "Values": ["s3:/", {"Get": "Parameters.Bucket"}]}}
    }
    assert step.output("train") == Get(
        "Steps.Read.ProcessingOutputConfig.Outputs['train'].S3Output.S3Uri"
    )
    assert step.value("report", "a.b") == JsonGet(Get("Steps.Read.PropertyFiles.report"), "a.b")


def test_parameter_without_default_must_be_set_by_the_starter():
    assert Parameter("EndTime").declare() == {"Name": "EndTime", "Type": "String"}
    assert Parameter("Epochs", "40").declare()["DefaultValue"] == "40"


def test_nested_steps_are_rendered_in_place():
    fail = Step("Reject", "Fail", {"ErrorMessage": "no"})
    check = Step("Check", "Condition", {"Conditions": [], "IfSteps": [], "ElseSteps": [fail]})

    document = json.loads(definition([], [check]))

    assert document["Version"] == "2020-12-01"
    assert document["Steps"][0]["Arguments"]["ElseSteps"][0]["Name"] == "Reject"
