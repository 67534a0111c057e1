"""The root module of a tabular model: its variables, cost and quotas."""

import json
import re

import pytest

from cli import root_modules, terraform_variables
from cli.cost import tabular, usage
from cli.cost.assumptions import Assumptions
from cli.cost.configuration import Configuration
from cli.errors import CommandError
from cli.main import main
from scripts.deploy import quotas
from scripts.deploy.quotas import Need

ABALONE = root_modules.find("abalone")


def configuration(tmp_path, text="", root=ABALONE):
    file = tmp_path / "my.tfvars"
    file.write_text(text)
    return Configuration.of(terraform_variables.read(file, root))


def quantities(config):
    return {(use.service, use.item): use.quantity for use in usage.uses(config, 0, Assumptions())}


def test_models_are_the_folders_with_an_algorithm_and_a_record():
    assert root_modules.find(None).folder == root_modules.find("").folder
    assert root_modules.find("linear_regression").defaults == {
        "model": "linear_regression",
        "prefix": "linear-regression",
    }
    for name in ("abalones", "forecaster", "../abalone"):
        with pytest.raises(CommandError, match="expected abalone or linear_regression"):
            root_modules.find(name)


def test_model_and_prefix_are_defaults(tmp_path, monkeypatch):
    assert terraform_variables.read(None, ABALONE)["prefix"] == "abalone"
    file = tmp_path / "my.tfvars"
    file.write_text('prefix = "other"')
    assert terraform_variables.read(file, ABALONE)["prefix"] == "other"
    monkeypatch.setenv("TF_VAR_prefix", "of-the-shell")
    assert terraform_variables.read(None, ABALONE)["prefix"] == "of-the-shell"


def test_variables_of_another_model_are_refused(tmp_path):
    with pytest.raises(CommandError, match="MODEL: got 'abalone', expected linear_regression"):
        configuration(tmp_path, 'model = "linear_regression"')


def test_tabular_model_has_no_stream(tmp_path):
    config = configuration(tmp_path)
    services = {service for service, _ in quantities(config)}
    assert services.isdisjoint({"Athena", "EventBridge", "Feature Store", "Firehose", "poller"})
    assert services >= {"API", "CloudWatch", "ECR", "KMS", "SageMaker endpoints"}
    assert not any("transaction" in line for line in Assumptions().lines(config))


def test_each_training_has_two_processing_jobs_and_one_training(tmp_path):
    found = quantities(configuration(tmp_path))
    hours = 5 / 60  # of a job
    jobs = ("SageMaker jobs", "processing and transform of trainings")
    assert found[jobs] == pytest.approx(4 * 2 * hours)
    assert found["SageMaker jobs", "training"] == pytest.approx(4 * hours)
    assert found["SageMaker jobs", "comparisons of the bake period"] == pytest.approx(12 * hours)


def test_every_compared_column_has_an_alarm_and_a_metric(tmp_path):
    assert tabular.compared_columns("abalone") == 3 + 7 + 1
    assert tabular.compared_columns("linear_regression") == 2
    linear = root_modules.find("linear_regression")
    more, less = (
        quantities(configuration(tmp_path, root=root))["CloudWatch", "alarms"]
        for root in (ABALONE, linear)
    )
    assert more - less == 9


@pytest.mark.parametrize(
    ("text", "service"),
    [
        ("endpoints = { production_instance_count = 2 }", "SageMaker endpoints"),
        ('monitoring = { jobs = { schedule = "cron(20 0 * * ? *)" } }', "SageMaker jobs"),
        ('image_builder = "codebuild"', "CodeBuild"),
        ("api = { enabled = false }", "API"),
        ("batch = { enabled = false }", "CloudWatch"),
        ('training = { workflow = "state_machine" }', "Step Functions"),
    ],
)
def test_an_option_changes_its_service(tmp_path, text, service):
    before, after = quantities(configuration(tmp_path)), quantities(configuration(tmp_path, text))
    changed = {key[0] for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
    assert service in changed


def test_command_prices_a_model_without_an_account(capsys):
    def connect(chosen, prefix):
        raise AssertionError

    assert main(["cost", "--model", "abalone", "--json"], connect) == 0
    assert json.loads(capsys.readouterr().out)["total"] > 40
    assert main(["cost", "--model", "abalone"], connect) == 0
    assert "USD per month of abalone" in capsys.readouterr().out
    assert main(["cost", "--model", "abalone", "--rate", "5"], connect) == 2
    assert "abalone has no stream" in capsys.readouterr().err
    assert main(["cost", "--model", "cat"], connect) == 2
    assert "MODEL: got 'cat', expected abalone or linear_regression" in capsys.readouterr().err
    assert main(["cost", "--model", "abalone", "--deployed"], connect) == 2


def test_a_deployment_records_every_variable_that_its_cost_depends_on():
    text = (root_modules.TABULAR / "outputs_parameter.tf").read_text()
    text = text.partition('"configuration_param')[2]
    recorded = set(re.findall(r"^    (\w+) +=", text, re.MULTILINE))
    values = terraform_variables.read(None, ABALONE)
    assert Configuration.of({name: values[name] for name in recorded})


def test_quotas_of_a_tabular_model(tmp_path):
    assert set(quotas.needs(configuration(tmp_path))) == {
        Need("sagemaker", "ml.t2.medium for endpoint usage", 2),
        Need("sagemaker", "ml.t3.medium for processing job usage", 1),
        Need("sagemaker", "ml.m5.large for training job usage", 1),
        Need("sagemaker", "ml.m5.large for transform job usage", 1),
        Need("lambda", "Concurrent executions", 10),
    }
    built = set(quotas.needs(configuration(tmp_path, 'image_builder = "codebuild"')))
    builds = {need.name for need in built if need.service == "codebuild"}
    assert builds == {"Concurrently running builds for Linux/Small environment"}
