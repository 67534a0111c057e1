"""The steps of CodeDeploy's configurations, and the AppSpec of a Lambda function."""

import json

import pytest

from local.codedeploy import traffic
from local.codedeploy.traffic import Step


def test_canary_has_one_step():
    assert traffic.steps("CodeDeployDefault.LambdaCanary10Percent5Minutes") == [Step(0.1, 300)]


def test_linear_shift_has_nine_steps_before_the_end():
    found = traffic.steps("CodeDeployDefault.LambdaLinear10PercentEvery1Minute")
    assert [step.share for step in found] == [n / 10 for n in range(1, 10)]
    assert {step.seconds for step in found} == {60}


def test_all_at_once_has_no_step():
    assert traffic.steps("CodeDeployDefault.LambdaAllAtOnce") == []


def test_other_configurations_are_refused():
    with pytest.raises(traffic.UnknownConfigurationError, match="OneAtATime"):
        traffic.steps("CodeDeployDefault.OneAtATime")


def test_app_spec_names_versions_and_hooks():
    properties = {"Name": "f", "Alias": "live", "CurrentVersion": "1", "TargetVersion": "2"}
    content = {
        "version": 0.0,
        "Resources": [{"f": {"Type": "AWS::Lambda::Function", "Properties": properties}}],
        "Hooks": [{"BeforeAllowTraffic": "check"}],
    }
    found = traffic.app_spec({"appSpecContent": {"content": json.dumps(content)}})
    assert found == traffic.AppSpec("f", "live", "1", "2", "check", None)


@pytest.mark.parametrize("content", ["{}", "no JSON", '{"Resources": [{}, {}]}'])
def test_app_spec_of_anything_else_is_refused(content):
    with pytest.raises(traffic.AppSpecError):
        traffic.app_spec({"appSpecContent": {"content": content}})
