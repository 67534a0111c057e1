"""Why a run need not use a grant: the only reasons that are accepted for grants never used."""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

AWS = "AWS makes the call itself"
DESTROY = "terraform destroy"
FAILURE = "failure path"
PERSON = "a person's decision"

BAKE = "tests/deployment/test_bake.py"
BATCH = "tests/deployment/test_tabular.py::test_uploaded_file_is_scored"
CONSERVATION = "tests/integration/deployed/test_conservation.py"
BACKFILLED = "tests/unit/poller/test_backfill.py::test_archived_hashes_of_the_hours_are_read"
DEAD_LETTERS = "tests/integration/deployed/test_dead_letters.py"
TERRAFORM = "tests/integration/deployed/test_terraform.py"
RELEASED = "tests/deployment/test_api_release.py::test_apply_releases_a_changed_function_by_canary"
RULES = "tests/integration/deployed/test_retraining_rules.py"
DRIFTED = (
    "tests/unit/sagemaker_pipelines/jobs/test_monitor.py::"
    "test_drift_is_reported_with_a_page_that_needs_nothing_else"
)
INVALID = "tests/unit/poller/test_process.py::test_file_reaches_the_bus_completely_and_once"
ENDPOINTS = "tests/deployment/test_endpoints.py"
UNDEPLOYED = f"{ENDPOINTS}::test_version_that_fails_before_its_traffic_leaves_production_untouched"
SPLIT = f"{ENDPOINTS}::test_second_version_is_started_and_ended"
UNDECIDED = f"{RULES}::test_breach_waits_for_the_decision_on_the_newest_version"
APPROVED = f"{BAKE}::test_both_approvals_are_in_the_decision_log"
FAILED_TRAINING = f"{RULES}::test_failed_training_is_retried_until_a_person_is_told"
ASKED = "tests/unit/cli/sql/test_athena_engine.py::test_result_is_read_with_its_types"
QUERIED = "tests/integration/deployed/test_sql.py::test_decision_is_found_by_sql"
COSTS = "tests/unit/cli/test_actual_cost.py::test_two_months_by_service_beside_the_estimate"
OPERATED = f"{CONSERVATION}::test_i8_repetition_changes_no_row"
REJECTED = f"{BAKE}::test_rejected_version_leaves_production_as_it_is"
ROLLED_BACK = f"{BAKE}::test_worse_version_is_rolled_back_by_itself"
PAUSED = f"{BAKE}::test_loop_is_paused_and_resumed"
REDRIVEN = f"{DEAD_LETTERS}::test_undelivered_event_is_sent_to_its_target"
REPAIRED = f"{DEAD_LETTERS}::test_repaired_event_is_redriven_and_deleted"
SEARCHED = "tests/unit/cli/test_training_cost.py::test_trainings_of_a_search_are_billed"
SET = f"{TERRAFORM}::test_second_plan_is_empty_and_keeps_the_settings_of_operators"
STARTED = f"{RULES}::test_rule_starts_a_training_with_its_reason"
STOPPED = "tests/integration/local/test_pipelines.py::test_stopped_execution_stops_its_job"
TRAFFIC = "tests/unit/cli/test_traffic.py::test_ground_truth_of_requests_is_matched_by_id"
UNPROCESSABLE = f"{DEAD_LETTERS}::test_i10_unprocessable_event_is_in_the_queue_with_its_reason"


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for unused grants; `role`, `statement` and `action` are patterns."""

    role: str  # without the prefix of the deployment
    statement: str
    action: str
    kind: str
    detail: str  # the test that uses the grant, or the service that makes the call


# The first match counts.
REASONS = (
    Reason("run-time-cleaner", "*", "*", DESTROY, "modules/clean_up"),
    # Services
    Reason("api-logs", "*", "*", AWS, "API Gateway"),
    Reason("*", "ConnectFunction", "ec2:*", AWS, "Lambda, with private_network"),
    Reason("compaction", "WriteLogs", "logs:DescribeLogStreams", AWS, "SageMaker"),
    Reason("monitoring", "WriteLogs", "logs:*", AWS, "SageMaker"),
    Reason("decisions-firehose", "*", "*", AWS, "Firehose"),
    Reason("*-to-firehose", "PutEventsToStreams", "firehose:*", AWS, "EventBridge"),
    Reason("deployment", "DeliverLog", "logs:*", AWS, "Step Functions"),
    Reason("endpoint-deployer", "ReadVersion", "*", AWS, "SageMaker, to create a model"),
    Reason("firehose", "*", "*", AWS, "Firehose"),
    Reason("notifier", "ListMessages", "*", AWS, "S3, to answer that a message is missing"),
    Reason("minutes*-store", "*", "*", AWS, "Feature Store"),
    Reason("model", "UseKey", "kms:DescribeKey", AWS, "SageMaker"),
    Reason("model", "WriteLog", "logs:CreateLogGroup", AWS, "SageMaker"),
    Reason("training", "*", "*:AddTags", AWS, "SageMaker, to tag what a pipeline creates"),
    Reason("training", "GetBucketLocation", "*", AWS, "SageMaker"),
    Reason("training", "DescribeVersions", "*:DescribeModelPackageGroup", AWS, "SageMaker"),
    Reason("training", "UseKey", "kms:DescribeKey", AWS, "SageMaker"),
    Reason("training", "WriteLogs", "logs:DescribeLogStreams", AWS, "SageMaker"),
    Reason("training", "ReadAndWrite*", "s3:Abort*", AWS, "failed uploads"),
    # Failures
    Reason("bake-judge", "DescribeProduction", "*", FAILURE, ROLLED_BACK),
    Reason("bake-judge", "StartRollback", "*", FAILURE, ROLLED_BACK),
    Reason("endpoint-deployer", "DeployVersion", "*:DescribeEndpointConfig", FAILURE, ROLLED_BACK),
    Reason("deployment", "SendDeploymentFailed", "*", FAILURE, UNDEPLOYED),
    Reason("monitoring", "SendDriftDetected", "*", FAILURE, DRIFTED),
    Reason("poller", "DecryptObjects", "*", FAILURE, BACKFILLED),
    Reason("poller", "ListArchive", "*", FAILURE, BACKFILLED),
    Reason("poller", "ReadArchiveAndReplayFile", "*", FAILURE, BACKFILLED),
    Reason("poller", "SendTransactionsRejected", "*", FAILURE, INVALID),
    Reason("retrain-trigger", "CompleteRecordsOfTrainings", "*", FAILURE, FAILED_TRAINING),
    Reason("retrain-trigger", "DescribeTraining", "*", FAILURE, FAILED_TRAINING),
    Reason("retrain-trigger", "ReadExitMessages", "*", FAILURE, FAILED_TRAINING),
    Reason("retrain-trigger", "SendTrainingFailed", "*", FAILURE, FAILED_TRAINING),
    Reason(
        *("threshold-updater", "ReadEarlierThresholds", "*", FAILURE),
        "tests/unit/functions/test_threshold_updater.py::test_concurrent_write_is_not_lost",
    ),
    Reason("training", "RunSteps", "sagemaker:Stop*", FAILURE, STOPPED),
    Reason("training", "SendTrainingDataRejected", "*", FAILURE, FAILED_TRAINING),
    # People
    Reason("*", "SendApprovalRequested", "*", PERSON, APPROVED),
    Reason("deployment", "SendVariantsChanged", "*", PERSON, SPLIT),
    Reason("retrain-trigger", "SendRetrainingSkipped", "*", PERSON, UNDECIDED),
    Reason("approval-requester", "EncryptTaskToken", "*", PERSON, APPROVED),
    Reason("approval-requester", "StorePendingApproval", "*", PERSON, APPROVED),
    Reason("api-forecaster", "*", "*", PERSON, RELEASED),
    Reason("api-release*-forecaster", "*", "*", PERSON, RELEASED),
    Reason("batch", "*", "*", PERSON, BATCH),
    Reason("batch-starter", "*", "*", PERSON, BATCH),
    Reason("operator", "DecideOnDeployments", "states:SendTaskFailure", PERSON, REJECTED),
    Reason("operator", "DecideOn*", "*", PERSON, APPROVED),
    Reason("operator", "RemovePendingApprovals", "*", PERSON, APPROVED),
    Reason("operator", "DescribePoller", "*", PERSON, APPROVED),
    Reason("operator", "UseKey", "kms:GenerateDataKey", PERSON, OPERATED),
    Reason("operator", "KeepCheckpointOfReplay", "*", PERSON, OPERATED),
    Reason("operator", "ListQueues", "*", PERSON, APPROVED),
    Reason("operator", "ReadCosts", "*", PERSON, COSTS),
    Reason("operator", "ReadDeployments", "*", PERSON, APPROVED),
    Reason("operator", "ReadDepthOfQueues", "*", PERSON, APPROVED),
    Reason("operator", "ReadMinutes", "*", PERSON, OPERATED),
    Reason("operator", "ReadParameters", "*", PERSON, APPROVED),
    Reason("operator", "ReadSearches", "*", PERSON, SEARCHED),
    Reason("operator", "ReadTrainings", "sagemaker:DescribePipeline", PERSON, SET),
    Reason("operator", "ReadTrainings", "*", PERSON, STARTED),
    Reason("operator", "ReadVersionsAndEndpoints", "*", PERSON, APPROVED),
    Reason("operator", "SendCodeChanged", "*", PERSON, STARTED),
    Reason("operator", "SendTransactionsReceived", "*", PERSON, OPERATED),
    Reason("operator", "SetHyperparameters", "*", PERSON, SET),
    Reason("operator", "StartTrainingsAndBackfills", "*", PERSON, STARTED),
    Reason("operator", "WriteGroundTruth", "*", PERSON, TRAFFIC),
    Reason("operator", "ArchiveAgain", "*", PERSON, REDRIVEN),
    Reason("operator", "LogDecisionsAgain", "*", PERSON, REDRIVEN),
    Reason("operator", "NotifyAgain", "*", PERSON, REDRIVEN),
    Reason("operator", "FindTargetsOfRules", "*", PERSON, REDRIVEN),
    Reason("operator", "InvokeFunctionsAgain", "*", PERSON, REPAIRED),
    Reason("operator", "ReadAndDeleteDeadLetters", "*", PERSON, REPAIRED),
    Reason("operator", "DeleteAndCreateEndpoints", "*", PERSON, PAUSED),
    Reason("operator", "ReadTables", "glue:GetTables", PERSON, QUERIED),
    Reason("operator", "ReadTables", "*", AWS, "Athena"),
    Reason("operator", "RunQueries", "*", PERSON, ASKED),
    Reason("operator", "FindBucket", "*", AWS, "Athena"),
    Reason("operator", "WriteResults", "*", AWS, "Athena"),
    Reason("operator", "UseKey", "kms:DescribeKey", AWS, "SageMaker, to create an endpoint"),
    Reason("operator", "GrantKeyToEndpointVolumes", "*", AWS, "SageMaker, to create an endpoint"),
    Reason("operator", "RememberPause", "*", PERSON, PAUSED),
    Reason("operator", "ScalePoller", "*", PERSON, PAUSED),
    Reason("operator", "Switch*", "*", PERSON, PAUSED),
    # Every function: messages to its encrypted dead-letter queue
    Reason("*", "SendToDeadLetterQueue", "sqs:SendMessage", FAILURE, UNPROCESSABLE),
    Reason("*", "UseKey", "kms:*", FAILURE, UNPROCESSABLE),
)


def explained(unused: Sequence[dict[str, str]], prefix: str) -> list[dict[str, Any]]:
    """Add to every unused grant its `reason`, None if there is none."""
    return [{**grant, "reason": _reason(grant, prefix)} for grant in unused]


def _reason(grant: dict[str, str], prefix: str) -> str | None:
    role = grant["role"].removeprefix(f"{prefix}-")
    for reason in REASONS:
        patterns = (reason.role, reason.statement, reason.action)
        values = (role, grant["statement"], grant["action"])
        if all(
            fnmatchcase(value, pattern) for value, pattern in zip(values, patterns, strict=True)
        ):
            return f"{reason.kind}: {reason.detail}"
    return None
