# State machine definition. Both stages run the same steps: deploy, then poll until the endpoint is in service.

locals {
  invoke = "arn:${var.foundation.partition}:states:::lambda:invoke"
  now    = "$$.State.EnteredTime"

  # Errors of AWS, calls that AWS refused for now, and functions that crashed: every function may be repeated.
  retry_service = [{
    ErrorEquals = [
      "ClientError",
      "ConnectTimeoutError",
      "EndpointConnectionError",
      "Lambda.AWSLambdaException",
      "Lambda.SdkClientException",
      "Lambda.ServiceException",
      "Lambda.TooManyRequestsException",
      "Lambda.Unknown",
      "ReadTimeoutError",
      "Runtime.ExitError",
      "Sandbox.Timedout",
    ]
    IntervalSeconds = 2
    MaxAttempts     = 6
    BackoffRate     = 2
  }]

  retry_busy = [{
    ErrorEquals     = ["EndpointNotReadyError"] # the endpoint is being updated or deleted
    IntervalSeconds = 60
    MaxAttempts     = 30
    BackoffRate     = 1
  }]

  catch = { for stage in keys(local.reported) : stage => [{
    ErrorEquals = ["States.ALL"]
    ResultPath  = "$.failure"
    Next        = "Report${stage}Failure"
  }] }

  # Deploy<Stage> -> WaitFor<Stage> -> Describe<Stage> -> Is<Stage>Serving -> tests -> next
  stages = { for stage, of in {
    Staging    = { name = "staging", test = "SmokeTest", next = local.after_staging, fails = var.endpoints.staging_always_on ? "Failed" : "DeleteFailedStaging" }
    Production = { name = "production", test = "RecordProduction", next = "Done", fails = "Failed" }
    PreTraffic = { name = "pre-traffic", test = "TestPreTraffic", next = null, fails = "DeleteFailedPreTraffic" }
  } : stage => of if contains(local.deployed_stages, stage) }

  # A request for production can be rejected in every account.
  reported = merge({ Production = { name = "production", fails = "Failed" } }, local.stages)

  deployed_stages = concat(["Staging"], local.promotes ? [] : ["Production"], local.checks_before_traffic ? ["PreTraffic"] : [])
  after_staging   = var.endpoints.staging_always_on ? "RequestApproval" : "DeleteStaging"
  after_approval  = local.promotes ? "PromoteVersion" : local.checks_before_traffic ? "DeployPreTraffic" : "DeployProduction"

  stage_states = merge([for stage, of in local.stages : {
    "Deploy${stage}" = {
      Type     = "Task"
      Resource = local.invoke
      Parameters = {
        FunctionName = module.endpoint_deployer.arn
        Payload      = { action = "deploy", stage = of.name, "package_arn.$" = "$.package_arn", "version.$" = "$.version", "time.$" = local.now }
      }
      ResultPath = null
      Retry      = concat(local.retry_busy, local.retry_service)
      Catch      = local.catch[stage]
      Next       = "WaitFor${stage}"
    }
    "WaitFor${stage}" = { Type = "Wait", Seconds = 30, Next = "Describe${stage}" }
    "Describe${stage}" = {
      Type     = "Task"
      Resource = local.invoke
      Parameters = {
        FunctionName = module.endpoint_deployer.arn
        Payload      = { action = "describe", stage = of.name, "package_arn.$" = "$.package_arn", "version.$" = "$.version", "time.$" = local.now }
      }
      ResultSelector = { "status.$" = "$.Payload.status", "failure_reason.$" = "$.Payload.failure_reason" }
      ResultPath     = "$.endpoint"
      Retry          = local.retry_service
      Catch          = local.catch[stage]
      Next           = "Is${stage}Serving"
    }
    "Is${stage}Serving" = {
      Type = "Choice"
      Choices = [
        { Variable = "$.endpoint.status", StringEquals = "InService", Next = of.test },
        { Variable = "$.endpoint.status", StringEquals = "Failed", Next = "${stage}EndpointFailed" },
      ]
      Default = "WaitFor${stage}"
    }
    "${stage}EndpointFailed" = {
      Type       = "Pass"
      Parameters = { Error = "EndpointFailed", "Cause.$" = "$.endpoint.failure_reason" }
      ResultPath = "$.failure"
      Next       = "Report${stage}Failure"
    }
  }]...)

  report_states = { for stage, of in local.reported : "Report${stage}Failure" => {
    Type       = "Task"
    Resource   = local.put_events
    Parameters = { Entries = [merge(local.entry, { DetailType = "Deployment Failed", Detail = local.failed[stage] })] }
    ResultPath = null
    Next       = of.fails
  } }

  record_states = { for stage in setintersection(["Production", "Staging"], local.deployed_stages) : "Record${stage}" => {
    Type       = "Task"
    Resource   = local.put_events
    Parameters = { Entries = [merge(local.entry, { DetailType = "Model Deployed", Detail = local.deployed[stage] })] }
    ResultPath = null
    Next       = local.stages[stage].next
  } }

  # An endpoint without requests costs as much as one with them.
  deletions = merge(
    var.endpoints.staging_always_on ? {} : {
      DeleteStaging       = { stage = "staging", next = "RequestApproval" }
      DeleteFailedStaging = { stage = "staging", next = "Failed" }
    },
    local.checks_before_traffic ? {
      DeletePreTraffic       = { stage = "pre-traffic", next = "DeployProduction" }
      DeleteFailedPreTraffic = { stage = "pre-traffic", next = "Failed" }
    } : {},
  )

  deletion_states = { for state, of in local.deletions : state => {
    Type     = "Task"
    Resource = local.invoke
    Parameters = {
      FunctionName = module.endpoint_deployer.arn
      Payload      = { action = "delete", stage = of.stage, "package_arn.$" = "$.package_arn", "version.$" = "$.version", "time.$" = local.now }
    }
    ResultPath = null
    Retry      = concat(local.retry_busy, local.retry_service)
    Catch      = [{ ErrorEquals = ["States.ALL"], ResultPath = null, Next = of.next }] # the alarm of the function's errors tells a person
    Next       = of.next
  } }

  definition = jsonencode({
    Comment = local.promotes ? "Approved model package -> staging -> smoke test -> approval -> promotion to the account of production" : "Approved model package -> staging -> smoke test -> approval -> test with production's configuration -> production; a rollback goes to production at once"
    StartAt = local.promotes ? "DeployStaging" : "IsRollback"
    States  = merge(local.stage_states, local.report_states, local.record_states, local.test_states, local.deletion_states, local.production_states, local.gate_states, local.promotion_states)
  })
}
