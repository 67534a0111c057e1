"""What exists on a local AWS: after `terraform destroy`, nothing."""

# SageMaker creates these log groups, for all jobs of an account.
JOBS = [f"/aws/sagemaker/{kind}Jobs" for kind in ("Processing", "Training", "Transform")]


def remaining_resources(aws):
    """Return what exists on the local AWS, by kind."""
    found = {
        "buckets": aws.client("s3").list_buckets()["Buckets"],
        "functions": aws.client("lambda").list_functions()["Functions"],
        "roles": aws.client("iam").list_roles()["Roles"],
        "policies": aws.client("iam").list_policies(Scope="Local")["Policies"],
        "queues": aws.client("sqs").list_queues().get("QueueUrls", []),
        "topics": aws.client("sns").list_topics()["Topics"],
        "rules": aws.client("events").list_rules()["Rules"],
        "log groups": [
            group
            for group in aws.client("logs").describe_log_groups()["logGroups"]
            if group["logGroupName"] not in JOBS
        ],
        "parameters": aws.client("ssm").describe_parameters()["Parameters"],
        "alarms": aws.client("cloudwatch").describe_alarms()["MetricAlarms"],
        "streams": aws.client("firehose").list_delivery_streams()["DeliveryStreamNames"],
        "databases": aws.client("glue").get_databases()["DatabaseList"],
        "workgroups": [
            group
            for group in aws.client("athena").list_work_groups()["WorkGroups"]
            if group["Name"] != "primary"  # of every account
        ],
        "machines": aws.client("stepfunctions").list_state_machines()["stateMachines"],
        "pipelines": aws.client("sagemaker").list_pipelines()["PipelineSummaries"],
        "APIs": aws.client("apigateway").get_rest_apis()["items"],
        "keys of APIs": aws.client("apigateway").get_api_keys()["items"],
        "usage plans": aws.client("apigateway").get_usage_plans()["items"],
        "clusters": aws.client("ecs").list_clusters()["clusterArns"],
    } | run_time_resources(aws.client("sagemaker"))
    return {kind: items for kind, items in found.items() if items}


def run_time_resources(sagemaker):
    """Return what exists in SageMaker, by kind; most of it was created by the loop."""
    return {
        "endpoints": sagemaker.list_endpoints()["Endpoints"],
        "endpoint configs": sagemaker.list_endpoint_configs()["EndpointConfigs"],
        "models": sagemaker.list_models()["Models"],
        "package groups": sagemaker.list_model_package_groups()["ModelPackageGroupSummaryList"],
        "feature groups": sagemaker.list_feature_groups()["FeatureGroupSummaries"],
    }
