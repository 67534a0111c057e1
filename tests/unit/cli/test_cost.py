"""Cost per month of a configuration."""

import json
import re
from pathlib import Path

import pytest

from cli import root_modules
from cli import terraform_variables as variables
from cli.cost import usage
from cli.cost.assumptions import Assumptions
from cli.cost.configuration import BITCOIN_RATE, Configuration
from cli.cost.estimate import estimate, text
from cli.cost.schedules import runs_per_day, served_share
from cli.errors import CommandError
from cli.main import main
from cli.prices import FILE
from cli.root_modules import RootModule

TABLE = json.loads(FILE.read_text())
DEFINITION = root_modules.FORECASTER.parent / "sagemaker_pipelines/training/definition.json"


@pytest.fixture
def source(tmp_path):
    """Return a folder with the root variables and no tfvars."""
    folder = tmp_path / "terraform"
    folder.mkdir()
    (folder / "variables.tf").write_text((root_modules.FORECASTER / "variables.tf").read_text())
    return folder


def read(source, text="", **changed):
    """Return the configuration of a tfvars file."""
    (source / "terraform.tfvars").write_text(text)
    return Configuration.of(variables.read(root=RootModule(source)))


def document(config, rate=None, **assumed):
    rate = config.rate if rate is None else rate
    return estimate(config, rate, TABLE, Assumptions(**assumed))


def services(config, rate=None, **assumed):
    return document(config, rate, **assumed)["services"]


def changed_services(before, after):
    """Return the services whose cost differs."""
    names = before.keys() | after.keys()
    return {name for name in names if before.get(name) != pytest.approx(after.get(name))}


def test_defaults_are_those_of_terraform(source):
    config = read(source)
    assert config.rate == BITCOIN_RATE
    assert (config.engine, config.production_instance_type) == ("lambda", "ml.t2.medium")
    assert config.public_address


def test_table_sums(source):
    found = document(read(source))
    assert found["total"] == pytest.approx(sum(use["usd"] for use in found["uses"]))
    assert found["total"] == pytest.approx(sum(found["services"].values()))
    assert found["unknown_prices"] == []


def test_both_endpoints_run_all_month_if_staging_is_always_on(source):
    found = services(read(source, "endpoints = { staging_always_on = true }"))
    before_traffic = 5
    assert found["SageMaker endpoints"] == pytest.approx((2 * 730 + before_traffic) * 0.056)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            'engine = "flink"',
            {"Kinesis", "Flink", "Lambda", "S3 parts", "Feature Store", "CloudWatch"},
        ),
        ('image_builder = "codebuild"', {"CodeBuild"}),
        ("api = { enabled = false }", {"API", "CloudWatch"}),
        ("api = { memory_mb = 1024 }", {"API"}),
        ("api = { waf_requests = 1000 }", {"Firewall"}),
        ("flink = { shards = 3 }", set()),
        ('engine = "flink"\nflink = { shards = 3 }', {"Kinesis"}),
        ('endpoints = { production_instance_type = "ml.m5.xlarge" }', {"SageMaker endpoints"}),
        ("endpoints = { production_instance_count = 2 }", {"SageMaker endpoints"}),
        ("endpoints = { staging_always_on = true }", {"SageMaker endpoints", "CloudWatch"}),
        ("endpoints = { pre_traffic_check = false }", {"SageMaker endpoints"}),
        (
            "endpoints = { capture_percent = { production = 0 }, serverless = {} }",
            {"SageMaker endpoints"},
        ),
        ('training = { training_instance_type = "ml.c5.2xlarge" }', {"SageMaker jobs"}),
        ("training = { instance_count = 2 }", {"SageMaker jobs"}),
        ('training = { candidates = ["ensemble"] }', {"SageMaker jobs"}),
        (
            'retraining = { schedule = "" }',
            {"SageMaker endpoints", "SageMaker jobs", "Step Functions"},
        ),
        ('features = { compaction_schedule = "" }', {"SageMaker jobs"}),
        ('features = { versions = { v2 = { median = "Fractional" } } }', {"Feature Store"}),
        ("data = { expire_days = { raw = 30 } }", {"S3 raw"}),
        ("monitoring = { bake_readings = [] }", {"SageMaker jobs", "CloudWatch"}),
        (
            'network = { security_group_ids = ["sg-1"], subnet_ids = ["subnet-1"] }',
            {"poller"},
        ),
        (
            'private_network = { route_table_ids = ["rtb-1"], subnet_ids = ["subnet-1"], '
            'vpc_id = "vpc-1" }',
            {"VPC endpoints"},
        ),
        ('tracking = { server_size = "Small" }', {"MLflow"}),
        ('tracking = { uri = "https://mlflow.example.org" }', set()),
        ('approval_policy = "automatic"', set()),
        ("notifications = { approval_links = true, budget_usd = 100, chat = true }", set()),
    ],
)
def test_an_option_changes_its_services(source, text, expected):
    first, _, more = text.partition("\n")
    before = services(read(source, first if more else ""))
    after = services(read(source, text))
    assert changed_services(before, after) == expected
    if not more and not expected:
        assert before == after


@pytest.mark.parametrize(
    ("existing", "engine", "interfaces"),
    [("{}", "lambda", 22), ("{}", "flink", 24), ('{ s3 = "", ssm = "sg-1" }', "lambda", 20)],
)
def test_endpoints_cost_an_hour_per_service_and_zone(source, existing, engine, interfaces):
    found = services(
        read(
            source,
            f"""
            engine          = "{engine}"
            private_network = {{
              existing_endpoints = {existing}
              route_table_ids    = ["rtb-1"]
              subnet_ids         = ["subnet-1", "subnet-2"]
              vpc_id             = "vpc-1"
            }}
            """,
        )
    )
    assert found["VPC endpoints"] == pytest.approx(interfaces * 730 * 0.01)


def test_cost_of_a_stream_of_ones_own_says_that_its_rate_is_assumed(source):
    mapping = 'name = "orders", key = "/id", value = "/amount"'
    url = "http://127.0.0.1/orders"
    variables = f'source = "http", source_url = "{url}", mapping = {{ {mapping} }}'
    assert "--rate" in read(source, f"poller = {{ {variables} }}").rate_source


def test_rate_of_the_simulator_is_the_default(source):
    config = read(source, 'poller = { source = "simulator", simulator = { rate = 50 } }')
    assert (config.rate, config.rate_source) == (50, "poller.simulator.rate")
    assert changed_services(services(config), services(config, rate=500)) >= {"Firehose", "S3 raw"}
    assert (
        services(config, rate=500)["SageMaker endpoints"]
        == services(config)["SageMaker endpoints"]
    )


def test_a_deployment_records_every_variable_that_its_cost_depends_on(source):
    text = (
        (root_modules.FORECASTER / "outputs_parameter.tf")
        .read_text()
        .partition('"configuration_param')[2]
    )
    recorded = set(re.findall(r"^    (\w+) +=", text, re.MULTILINE))
    values = variables.read(root=RootModule(source))
    assert Configuration.of({name: values[name] for name in recorded})


def test_a_stopped_poller_ingests_nothing(source):
    found = services(read(source, "poller = { desired_count = 0 }"))
    assert found.keys().isdisjoint({"poller", "EventBridge", "Firehose", "S3 raw"})


def test_staging_on_demand_costs_an_hour_for_each_version(source):
    found = services(read(source), trainings=9)
    assert found["SageMaker endpoints"] == pytest.approx((730 + 10 + 10) * 0.056)


def test_default_costs_at_most_75_dollars(source):
    assert document(read(source))["total"] <= 75


def test_guarded_production_is_priced_beside_the_default(source):
    example = root_modules.FORECASTER.parent / "examples/guarded_production/endpoints.tfvars"
    found = services(read(source, example.read_text()))
    assert found["SageMaker endpoints"] == pytest.approx((730 + 5) * 2 * 0.115 + 5 * 0.056)


def test_serverless_production_costs_only_its_requests(source):
    text = "endpoints = { capture_percent = { production = 0 }, serverless = {} }"
    assert services(read(source, text))["SageMaker endpoints"] < 1


def test_unknown_price_is_named_and_not_in_the_total(source):
    config = read(source, 'endpoints = { production_instance_type = "ml.x9.huge" }')
    found = document(config)
    assert found["unknown_prices"] == ["ml.x9.huge_hour"]
    assert found["services"]["SageMaker endpoints"] == pytest.approx(5 * 0.056)
    assert "UNKNOWN prices, not in the total: ml.x9.huge_hour." in text(found)


def test_unverified_prices_are_named(source):
    found = document(read(source))
    unverified = {use["price"] for use in found["uses"] if use["checked"] is None}
    assert set(found["unverified_prices"]) == unverified
    assert any("ml.m5.large_hour" in line for line in text(found))
    assert any("free tier is not subtracted" in line for line in text(found))


def test_jobs_are_those_of_the_pipeline(source):
    """Otherwise a new step of the pipeline would cost nothing."""
    candidates = 'candidates = ["deepar", "deepar_recent", "ensemble"]'
    config = read(source, f"training = {{ {candidates}, tuning = {{ jobs = 6 }} }}")
    kinds = [step["Type"] for step in steps(json.loads(DEFINITION.read_text())["Steps"])]
    refits = 3  # only that of the winner runs
    trainings = kinds.count("Training") - refits + 1
    expected = {"Processing": 4, "Training": trainings + 6 * kinds.count("Tuning"), "Transform": 3}
    assert {kind: kinds.count(kind) for kind in ("Processing", "Transform")} == {
        "Processing": expected["Processing"],
        "Transform": expected["Transform"],
    }
    found = {use.item: use for use in usage.uses(config, 1, Assumptions(4, 60))}
    assert found["training"].quantity == 5 * expected["Training"]
    assert found["processing and transform of trainings"].quantity == 5 * (4 + 3)


def steps(found):
    for step in found:
        yield step
        yield from steps(step.get("Arguments", {}).get("IfSteps") or [])


def test_variables_of_a_file_override_those_of_the_folder(source, tmp_path):
    (source / "terraform.tfvars").write_text('engine = "flink"\nprefix = "one"')
    file = tmp_path / "my.tfvars"
    file.write_text('prefix = "other"')
    found = variables.read(file, RootModule(source))
    assert (found["engine"], found["prefix"]) == ("flink", "other")


def test_defects_of_variables_are_errors(source, tmp_path):
    with pytest.raises(CommandError, match="expected a file of Terraform variables"):
        variables.read(Path("missing.tfvars"), RootModule(source))
    file = tmp_path / "my.tfvars"
    file.write_text('engine = ["lambda"]')
    with pytest.raises(CommandError, match="Invalid value for input variable"):
        variables.read(file, RootModule(source))


def test_command_needs_no_account(capsys, tmp_path):
    file = tmp_path / "my.tfvars"
    file.write_text('training = { training_instance_type = "ml.c5.2xlarge" }')

    def connect(chosen, prefix):
        raise AssertionError

    assert main(["cost", "--vars", str(file), "--rate", "100", "--json"], connect) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["rate"] == 100
    assert {use["price"] for use in found["uses"]} >= {"ml.c5.2xlarge_hour"}
    assert main(["cost", "--vars", str(file)], connect) == 0
    assert "total" in capsys.readouterr().out


def test_deployed_configuration(deployment, source, capsys):
    values = variables.read(root=RootModule(source))
    values["engine"] = "flink"
    deployment.clients("ssm").put_parameter(
        Name="/evergreen/configuration", Value=json.dumps(values), Type="String", Tier="Advanced"
    )
    connect = lambda chosen, prefix: deployment.connection  # noqa: E731
    assert main(["cost", "--deployed", "--json"], connect) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["region"] == "eu-west-1"
    assert "Flink" in found["services"]
    assert main(["cost", "--deployed", "--vars", "x.tfvars"], connect) == 2


def test_builds_on_aws_are_billed_by_minute(source):
    found = document(read(source, 'image_builder = "codebuild"'), image_builds=2)
    minutes = {
        use["item"]: use["quantity"] for use in found["uses"] if use["service"] == "CodeBuild"
    }
    assert minutes == {"builds of the forecaster": 20, "builds of the poller": 8}
    assert "codebuild_arm_minute" in found["unverified_prices"]


@pytest.mark.parametrize(
    ("schedule", "runs"),
    [
        ("cron(20 0/6 * * ? *)", 4),
        ("cron(0 * * * ? *)", 24),
        ("cron(0,30 8-17 * * ? *)", 20),
        ("cron(0/15 3 * * ? *)", 4),
        ("rate(12 hours)", 2),
        ("rate(1 day)", 1),
        ("rate(30 minutes)", 48),
    ],
)
def test_schedules_are_counted(schedule, runs):
    assert runs_per_day(schedule) == runs


def test_schedule_that_is_none_is_named():
    with pytest.raises(ValueError, match="schedule: got 'daily'"):
        runs_per_day("daily")


@pytest.mark.parametrize(
    ("start", "stop", "share"),
    [
        ("cron(0 6 * * ? *)", "cron(0 18 * * ? *)", 0.5),
        ("cron(0 18 * * ? *)", "cron(0 6 * * ? *)", 0.5),
        ("cron(0 6 ? * MON-FRI *)", "cron(30 16 ? * MON-FRI *)", 10.5 / 24 * 5 / 7),
        ("cron(0 6 ? * MON-FRI *)", "cron(0 18 * * ? *)", 1),
    ],
    ids=["by day", "by night", "working days", "not simple"],
)
def test_stopped_production_costs_nothing(source, start, stop, share):
    assert served_share({"start": start, "stop": stop}) == pytest.approx(share)
    text = f'endpoints = {{ schedule = {{ start = "{start}", stop = "{stop}" }} }}'
    always, found = (services(read(source, text))["SageMaker endpoints"] for text in ("", text))
    assert always - found == pytest.approx(730 * 0.056 * (1 - share))
