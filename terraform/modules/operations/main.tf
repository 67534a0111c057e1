# The dashboard of what runs: trainings, deployments, endpoint, functions, API, cost. The first three dashboards of an
# account are free, each with up to 50 metrics.

locals {
  name      = "${var.foundation.prefix}-operations"
  widget    = { region = var.foundation.region, view = "timeSeries" }
  by_states = strcontains(var.training_workflow_arn, ":stateMachine:")

  trainings = local.by_states ? [for name in ["ExecutionsSucceeded", "ExecutionsFailed"] : ["AWS/States", name, "StateMachineArn", var.training_workflow_arn]] : [
    for name in ["ExecutionSucceeded", "ExecutionFailed"] : ["AWS/Sagemaker/ModelBuildingPipeline", name, "PipelineName", split("/", var.training_workflow_arn)[1]]
  ]

  of_variant  = { for name in ["Invocation4XXErrors", "Invocation5XXErrors", "Invocations", "ModelLatency"] : name => ["AWS/SageMaker", name, "EndpointName", var.endpoint_name, "VariantName", var.variant_name] }
  of_instance = [for name in ["CPUUtilization", "MemoryUtilization"] : ["/aws/sagemaker/Endpoints", name, "EndpointName", var.endpoint_name, "VariantName", var.variant_name]]

  # ⑤ to ⑧ after ② and ③, then the shared ones.
  functions = flatten([for stage in sort(keys(var.function_names)) : [for name in var.function_names[stage] : { name = name, label = trimspace("${lookup(local.signs, stage, "")} ${trimprefix(name, "${var.foundation.prefix}-")}") }]])
  signs     = { "2" = "②", "3" = "③", "5" = "⑤", "6" = "⑥", "7" = "⑦", "8" = "⑧" }

  rows = concat(
    [
      [
        { title = "④ trainings that ended", width = 12, stat = "Sum", period = 3600, metrics = local.trainings },
        { title = "⑥ deployments that ended", width = 12, stat = "Sum", period = 3600, metrics = [for name in ["ExecutionsSucceeded", "ExecutionsFailed"] : ["AWS/States", name, "StateMachineArn", var.state_machine_arn]] },
      ],
      [
        { title = "⑥ production: requests, and those with an error", width = 8, stat = "Sum", period = 300, metrics = [for name in ["Invocations", "Invocation4XXErrors", "Invocation5XXErrors"] : local.of_variant[name]] },
        { title = "⑥ production: latency of the model, in microseconds", width = 8, stat = "Average", period = 300, metrics = [local.of_variant["ModelLatency"]] },
        { title = "⑥ production: CPU and memory of its instances, in percent (CPU: per core)", width = 8, stat = "Average", period = 300, metrics = local.of_instance },
      ],
      [
        { title = "② to ⑧ errors of functions", width = 8, stat = "Sum", period = 300, metrics = [for f in local.functions : ["AWS/Lambda", "Errors", "FunctionName", f.name, { label = f.label }]] },
        { title = "② to ⑧ longest invocation of functions, in milliseconds", width = 8, stat = "Maximum", period = 300, metrics = [for f in local.functions : ["AWS/Lambda", "Duration", "FunctionName", f.name, { label = f.label }]] },
        # The limit is that of the account: 10 in a new one.
        { title = "functions of the account: throttled requests, and how many run at once", width = 8, stat = "Maximum", period = 300, metrics = [["AWS/Lambda", "Throttles", { stat = "Sum" }], ["AWS/Lambda", "ConcurrentExecutions"]] },
      ],
    ],
    [for name in var.api_names : [
      { title = "API ${name}: requests, and those with an error", width = 12, stat = "Sum", period = 300, metrics = [for metric in ["Count", "4XXError", "5XXError"] : ["AWS/ApiGateway", metric, "ApiName", name]] },
      { title = "API ${name}: latency, in milliseconds", width = 12, stat = "p95", period = 300, metrics = [["AWS/ApiGateway", "Latency", "ApiName", name]] },
    ]],
    [[{ title = "cost of the whole account this month, in USD (us-east-1 only, with billing alerts switched on)", width = 24, stat = "Maximum", period = 21600, region = "us-east-1", metrics = [["AWS/Billing", "EstimatedCharges", "Currency", "USD"]] }]],
  )
}

resource "aws_cloudwatch_dashboard" "this" {
  dashboard_name = local.name

  dashboard_body = jsonencode({
    widgets = flatten([for y, row in local.rows : [for x, widget in row : {
      type       = "metric"
      x          = sum(concat([0], slice(row[*].width, 0, x)))
      y          = 6 * y
      width      = widget.width
      height     = 6
      properties = merge(local.widget, { for name, value in widget : name => value if name != "width" })
    }]])
  })
}
