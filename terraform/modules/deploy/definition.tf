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

  catch = { for stage in ["Production", "Staging"] : stage => [{
    ErrorEquals = ["States.ALL"]
    ResultPath  = "$.failure"
    Next        = "Report${stage}Failure"
  }] }

  # Deploy<Stage> -> WaitFor<Stage> -> Describe<Stage> -> Is<Stage>Serving -> Record<Stage>
  after = { Production = "Done", Staging = var.endpoints.staging_always_on ? "RequestApproval" : "DeleteStaging" }
  fails = { Production = "Failed", Staging = var.endpoints.staging_always_on ? "Failed" : "DeleteFailedStaging" }
  tests = { Production = "RecordProduction", Staging = "SmokeTest" }

  stage_states = merge([for stage, next in local.after : {
    "Deploy${stage}" = {
      Type     = "Task"
      Resource = local.invoke
      Parameters = {
        FunctionName = module.endpoint_deployer.arn
        Payload      = { action = "deploy", stage = lower(stage), "package_arn.$" = "$.package_arn", "version.$" = "$.version", "time.$" = local.now }
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
        Payload      = { action = "describe", stage = lower(stage), "package_arn.$" = "$.package_arn", "version.$" = "$.version", "time.$" = local.now }
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
        { Variable = "$.endpoint.status", StringEquals = "InService", Next = local.tests[stage] },
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
    "Record${stage}" = {
      Type       = "Task"
      Resource   = local.put_events
      Parameters = { Entries = [merge(local.entry, { DetailType = "Model Deployed", Detail = local.deployed[stage] })] }
      ResultPath = null
      Next       = next
    }
    "Report${stage}Failure" = {
      Type       = "Task"
      Resource   = local.put_events
      Parameters = { Entries = [merge(local.entry, { DetailType = "Deployment Failed", Detail = local.failed[stage] })] }
      ResultPath = null
      Next       = local.fails[stage]
    }
  }]...)

  # An endpoint without requests costs as much as one with them.
  deletions = { DeleteStaging = "RequestApproval", DeleteFailedStaging = "Failed" }

  deletion_states = { for state, next in local.deletions : state => {
    Type     = "Task"
    Resource = local.invoke
    Parameters = {
      FunctionName = module.endpoint_deployer.arn
      Payload      = { action = "delete", stage = "staging", "package_arn.$" = "$.package_arn", "version.$" = "$.version", "time.$" = local.now }
    }
    ResultPath = null
    Retry      = concat(local.retry_busy, local.retry_service)
    Catch      = [{ ErrorEquals = ["States.ALL"], ResultPath = null, Next = next }] # the alarm of the function's errors tells a person
    Next       = next
  } if !var.endpoints.staging_always_on }

  definition = jsonencode({
    Comment = "Approved model package -> staging -> smoke test -> approval -> production; a rollback goes to production at once"
    StartAt = "IsRollback"
    States  = merge(local.stage_states, local.deletion_states, local.gate_states)
  })
}
