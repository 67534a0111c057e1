"""All names of MiniStack that the local AWS reads, calls (`find`) or replaces (`Hook`).

No other module of the project uses names of the package `ministack`.
"""

from typing import Any

from local.emulator import Hook, find, loaded_services

# The application
app = find("app", "app")
service_names = {*find("app", "SERVICE_HANDLERS"), *find("app", "SERVICE_NAME_ALIASES")}
main_loop = Hook("app", "_MAIN_LOOP")
error_response = find("core.responses", "error_response_json")
json_response = find("core.responses", "json_response")
now_iso = find("core.responses", "now_iso")
# Modules whose `time` and `datetime` follow the clock. All that put messages into queues must
# agree on the time from which a message is visible.
TIMED_MODULES = ("core.responses", *(f"services.{name}" for name in (
    "apigateway_v1", "cloudwatch", "cloudwatch_logs", "codebuild", "ecr", "eventbridge", "s3",
    "sns", "sqs", "ssm", "stepfunctions")))  # fmt: skip

# API Gateway
GatewayError = find("services.apigateway_v1", "_GatewayError")
rest_apis = find("services.apigateway_v1", "_rest_apis")
lambda_of_integration = find("services.apigateway_v1", "_extract_lambda_ref_from_integration_uri")
create_api_key = Hook("services.apigateway_v1", "_create_api_key")
get_stage = Hook("services.apigateway_v1", "_get_stage")
update_usage_plan = Hook("services.apigateway_v1", "_update_usage_plan")
check_request_validation = Hook("services.apigateway_v1", "_check_request_validation")
take_token = Hook("services.apigateway_v1", "_take_token")
build_proxy_event = Hook("services.apigateway_v1", "_build_lambda_event_v1")
call_function = Hook("services.apigateway_v1", "_call_lambda_raw")
proxy_response = Hook("services.apigateway_v1", "_lambda_proxy_response")
invoke_proxy = Hook("services.apigateway_v1", "_invoke_lambda_proxy_v1")
execute_request = Hook("services.apigateway_v1", "_execute_in_scope")
answer_request = Hook("services.apigateway_v1", "_handle_execute_in_scope")
throttle_state = find("services.apigateway_v1", "_throttle_state")
deployed_gateway_responses = find("services.apigateway_v1", "_deployed_gateway_responses")

# CloudWatch
alarms = find("services.cloudwatch", "_alarms")
alarm_tags_refusal = find("services.cloudwatch", "_alarm_tags_refusal")
calculate_statistics = find("services.cloudwatch", "_calc_stats")
cbor_response = find("services.cloudwatch", "_cbor_ok")
alarm_json_response = find("services.cloudwatch", "_json_ok")
xml_response = find("services.cloudwatch", "_xml")
dimensions_key = find("services.cloudwatch", "_dims_key")
run_alarm_actions = find("services.cloudwatch", "_dispatch_alarm_actions")
evaluate_composite_alarms = find("services.cloudwatch", "_evaluate_parent_alarms")
metrics = find("services.cloudwatch", "_metrics")
query_parameter = find("services.cloudwatch", "_p")
record_alarm_history = find("services.cloudwatch", "_record_history")
alarm_tags = find("services.cloudwatch", "_resource_tags")
select_statistic = find("services.cloudwatch", "_stat_value")
store_metric = find("services.cloudwatch", "_store_datum")
iso_timestamp = find("services.cloudwatch", "_ts_iso")
parse_timestamp = find("services.cloudwatch", "_parse_ts")
record_metric = find("services.cloudwatch", "record_metric")
evaluate_alarm = Hook("services.cloudwatch", "_evaluate_alarm")
evict_metrics = Hook("services.cloudwatch", "_evict_old_metrics")
metric_retention = Hook("services.cloudwatch", "TWO_WEEKS_SECONDS")
get_metric_statistics = Hook("services.cloudwatch", "_get_metric_statistics")
put_metric_alarm = Hook("services.cloudwatch", "_put_metric_alarm")
set_alarm_state = Hook("services.cloudwatch", "_set_alarm_state")
describe_alarms = Hook("services.cloudwatch", "_describe_alarms")

# CloudWatch Logs
log_groups = find("services.cloudwatch_logs", "_log_groups")
create_log_group = find("services.cloudwatch_logs", "_create_log_group")
create_log_stream = find("services.cloudwatch_logs", "_create_log_stream")
put_log_events = find("services.cloudwatch_logs", "_put_log_events")

# CodeBuild
codebuild_projects = find("services.codebuild", "_projects")
codebuild_builds = find("services.codebuild", "_builds")
create_build_project = Hook("services.codebuild", "_create_project")
delete_build_project = Hook("services.codebuild", "_delete_project")
update_build_project = Hook("services.codebuild", "_update_project")
build_project_shape = Hook("services.codebuild", "_project_shape")
start_build = Hook("services.codebuild", "_start_build")

# ECS
tasks = find("services.ecs", "_tasks")
task_definitions = find("services.ecs", "_task_defs")
ecs_services = find("services.ecs", "_services")
cluster_of_arn = find("services.ecs", "_cluster_name_from_arn")
cluster_name = find("services.ecs", "_resolve_cluster_name")
find_task = find("services.ecs", "_resolve_task")
task_definition_key = find("services.ecs", "_resolve_td_key")
mark_task_stopped = find("services.ecs", "_mark_task_stopped")
reconcile_service = find("services.ecs", "_reconcile_service_tasks")
ecr_images = find("services.ecr", "_images")
_relaunch_services = find("services.ecs", "_reconcile_restored_services")
docker_client = Hook("services.ecs", "_get_docker")
run_task = Hook("services.ecs", "_run_task", "_ACTION_MAP", "RunTask")
stop_task = Hook("services.ecs", "_stop_task", "_ACTION_MAP", "StopTask")
create_service = Hook("services.ecs", "_create_service", "_ACTION_MAP", "CreateService")

# EventBridge
event_bus_policies = find("services.eventbridge", "_event_bus_policies")
delete_event_bus = Hook("services.eventbridge", "_delete_event_bus")
put_permission = Hook("services.eventbridge", "_put_permission")
remove_permission = Hook("services.eventbridge", "_remove_permission")
rules = find("services.eventbridge", "_rules")
rule_targets = find("services.eventbridge", "_targets")
event_buses = find("services.eventbridge", "_event_buses")
rule_key = find("services.eventbridge", "_rule_key")
event_view = find("services.eventbridge", "_pattern_event_view")
match_rules = find("services.eventbridge", "_dispatch_event")
dispatch_event = Hook("services.eventbridge", "_dispatch_event")
archive_event = find("services.eventbridge", "_archive_event")
transform_input = find("services.eventbridge", "_apply_input_transformer")
resolve_bus = find("services.eventbridge", "_event_bus_name_from_ref")
deliver_to_bus = find("services.eventbridge", "_dispatch_to_event_bus")
deliver_to_queue = find("services.eventbridge", "_dispatch_to_sqs")
rate_seconds = find("services.eventbridge", "_parse_rate_seconds")
cron_fields = find("services.eventbridge", "_parse_cron_fields")
next_cron_time = find("services.eventbridge", "_cron_next_fire")
parse_arn = find("services.eventbridge", "parse_arn")
put_events = Hook("services.eventbridge", "_put_events")
invoke_target = Hook("services.eventbridge", "_invoke_target")
put_rule = Hook("services.eventbridge", "_put_rule")
delete_rule = Hook("services.eventbridge", "_delete_rule")
enable_rule = Hook("services.eventbridge", "_enable_rule")
disable_rule = Hook("services.eventbridge", "_disable_rule")

# Firehose, S3, SNS, SQS
delivery_streams = find("services.firehose", "_streams")
run_processors = find("services.firehose", "_apply_lambda_processors")
expand_prefix = find("services.firehose", "_evaluate_prefix")
deliver_to_s3 = Hook("services.firehose", "_deliver_records_to_s3")
describe_destination = Hook("services.firehose", "_dest_description")
bucket_notifications = find("services.s3", "_bucket_notifications")
send_s3_event = find("services.s3", "_fire_s3_event")
start_s3_event = Hook("services.s3", "_fire_s3_event_async")
find_topic = find("services.sns", "_topic_by_arn_any_scope")
publish_to_topic = find("services.sns", "publish_internal")
deliver_topic_to_function = Hook("services.sns", "_deliver_to_lambda")
topic_threads = Hook("services.sns", "_threading")
queues = find("services.sqs", "_queues")
receive_message = Hook("services.sqs", "_act_receive_message", "_HANDLERS", "ReceiveMessage")
queue_by_arn = find("services.sqs", "_queue_by_arn")

# Lambda
functions = find("services.lambda_svc", "_functions")
function_record = find("services.lambda_svc", "_get_func_record_for_ref")
invoke_function = Hook("services.lambda_svc", "_invoke")
update_alias = find("services.lambda_svc", "_update_alias")
event_invoke_config = find("services.lambda_svc", "_event_invoke_config")
reserved_concurrency = find("services.lambda_svc", "_reserved_concurrency")
throttle_response = find("services.lambda_svc", "_throttle_response")
execute_function = Hook("services.lambda_svc", "_execute_function")
invoke_asynchronously = Hook("services.lambda_svc", "invoke_async_with_retry")
emit_lambda_metrics = Hook("services.lambda_svc", "_emit_lambda_metrics")

# Step Functions
ExecutionError = find("services.stepfunctions", "_ExecutionError")
task_tokens = find("services.stepfunctions", "_task_tokens")
find_state_machine = find("services.stepfunctions", "_resolve_state_machine_arn")
start_execution = Hook("services.stepfunctions", "_start_execution")
executions = find("services.stepfunctions", "_executions")
state_machines = find("services.stepfunctions", "_state_machines")
run_execution = Hook("services.stepfunctions", "_run_execution")
create_state_machine = Hook("services.stepfunctions", "_create_state_machine")
update_state_machine = Hook("services.stepfunctions", "_update_state_machine")
fail_execution = Hook("services.stepfunctions", "_fail_execution")
add_history_event = Hook("services.stepfunctions", "_add_event")
execution_order = Hook("services.stepfunctions", "_execution_sort_key")
emit_execution_status = find("services.stepfunctions", "_emit_execution_status_event")
invoke_resource = Hook("services.stepfunctions", "_invoke_resource")
resolve_parameters = Hook("services.stepfunctions", "_resolve_params_obj")
evaluate_choice = Hook("services.stepfunctions", "_evaluate_rule")
execute_intrinsic = Hook("services.stepfunctions", "_exec_intrinsic")
call_lambda = Hook("services.stepfunctions", "_call_lambda")
call_with_callback = Hook("services.stepfunctions", "_invoke_with_callback")
interpreter_threads = Hook("services.stepfunctions", "threading")
interpreter_time = Hook("services.stepfunctions", "time")
task_put_events = Hook(
    "services.stepfunctions",
    "_invoke_events_put_events",
    "_SERVICE_DISPATCH",
    "arn:aws:states:::events:putEvents",
)

# IAM
roles = find("services.iam", "_roles")
sts_sessions = find("services.sts", "_sessions")
sts_error = find("services.sts", "_error")
web_identity_principal = find("services.sts", "_web_identity_principal")
web_identity_denied = find("services.sts", "_web_identity_trust_denied")
oidc_providers = find("services.iam", "_oidc_providers")
EvalContext = find("core.iam_evaluator", "EvalContext")
EvalResult = find("core.iam_evaluator", "EvalResult")
condition_key = Hook("core.iam_evaluator", "_resolve_condition_key")
first_match = find("core.iam_evaluator", "_first_match")
action_matches = find("core.iam_evaluator", "_action_matches")
role_policies = find("core.iam_evaluator", "_gather_role_policies")
managed_policy = find("core.iam_evaluator", "_resolve_managed_policy_document")
parse_policy = find("core.iam_evaluator", "parse_policy_document")
resource_policy = find("core.iam_evaluator", "_resource_policy")
combine_resource_policy = find("core.iam_evaluator", "combine_resource_policy")
evaluate_resource_policy = find("core.iam_evaluator", "evaluate_resource_policy")
access_denied_response = find("core.iam_actions", "access_denied_response")
iam_action = find("core.iam_actions", "extract_iam_action")
iam_resource = find("core.iam_actions", "extract_resource_arn")
s3_action = find("core.iam_actions", "_s3_action")
s3_additional_checks = find("core.iam_actions", "s3_additional_checks")
s3_batch_delete_targets = find("core.iam_actions", "_s3_batch_delete_targets")
s3_service_context = find("core.iam_actions", "s3_service_context")
bucket_encryption = find("services.s3", "_bucket_default_sse_headers")
resolve_key = find("services.kms", "_resolve_key")
parameters = find("services.ssm", "_parameters")
log_resource_policies = find("services.cloudwatch_logs", "_resource_policies")

# All of MiniStack's own state is in dictionaries of these types.
_SCOPED = (
    find("core.responses", "AccountRegionScopedDict"),
    find("core.responses", "AccountScopedDict"),
)


def stores() -> dict[str, dict[str, Any]]:
    """Return the dictionaries that hold the state of each loaded service, by service and name."""
    found = {
        service: {key: value for key, value in names.items() if isinstance(value, _SCOPED)}
        for service, names in loaded_services().items()
    }
    found["stepfunctions"].pop("_task_tokens")  # of threads that wait in this process
    return found


def restore(saved: dict[str, dict[str, Any]]) -> None:
    """Fill the empty dictionaries of a new process."""
    for service, dictionaries in saved.items():
        for name, value in dictionaries.items():
            find(f"services.{service}", name)._data.update(value._data)


def relaunch_services() -> None:
    """Mark the tasks of the previous process as stopped, and start new ones for each service."""
    for task in list(tasks.values()):
        if task["lastStatus"] != "STOPPED":
            task.update(lastStatus="STOPPED", desiredStatus="STOPPED")
            task.update(stopCode="ServiceSchedulerInitiated")
            task.update(stoppedReason="The local AWS was restarted")
    _relaunch_services()


# EC2
vpc_endpoints = find("services.ec2", "_vpc_endpoints")
subnets = find("services.ec2", "_subnets")
route_tables = find("services.ec2", "_route_tables")
security_groups = find("services.ec2", "_security_groups")
prefix_list_id = find("services.ec2", "_aws_pl_id_from_name")
vpc_endpoint_xml = Hook("services.ec2", "_vpce_fields_xml")
security_group_rule_xml = Hook("services.ec2", "_sg_rule_xml")
parse_ip_permissions = Hook("services.ec2", "_parse_ip_permissions")
create_vpc_endpoint = Hook(
    "services.ec2", "_create_vpc_endpoint", "_ACTION_MAP", "CreateVpcEndpoint"
)
modify_vpc_endpoint = Hook(
    "services.ec2", "_modify_vpc_endpoint", "_ACTION_MAP", "ModifyVpcEndpoint"
)
