# States between the two stages, and the decision events.

locals {
  put_events = "arn:${var.foundation.partition}:states:::events:putEvents"
  entry      = { EventBusName = var.foundation.bus_name, Source = "evergreen.loop" }

  # Who approved production, and how, is part of the decision log.
  deployed = { for stage, approval in { Production = { "approval.$" = "$.approval" }, Staging = {} } : stage => merge({
    version             = "1"
    stage               = lower(stage)
    "package_arn.$"     = "$.package_arn"
    "package_version.$" = "$.version"
    endpoint_name       = "${var.foundation.prefix}-${lower(stage)}"
  }, approval) }

  failed = { for stage, of in local.reported : stage => {
    version         = "1"
    stage           = of.name
    "package_arn.$" = "$.package_arn"
    "error.$"       = "$.failure.Error"
    "cause.$"       = "$.failure.Cause"
  } }

  # The newest minutes are forecast through an endpoint of the stage.
  tests = merge(
    { SmokeTest = { stage = "Staging", next = "RecordStaging" } },
    local.checks_before_traffic ? { TestPreTraffic = { stage = "PreTraffic", next = "DeletePreTraffic" } } : {},
  )

  test_states = { for state, of in local.tests : state => {
    Type     = "Task"
    Resource = local.invoke
    Parameters = {
      FunctionName = local.smoke_test.arn
      Payload      = { stage = local.stages[of.stage].name, "package_arn.$" = "$.package_arn", "version.$" = "$.version", "time.$" = local.now }
    }
    ResultPath = null
    Retry = concat([{
      ErrorEquals     = ["CaptureNotFoundError"] # data capture is written with a delay of minutes
      IntervalSeconds = 60
      MaxAttempts     = 10
      BackoffRate     = 1
    }], local.retry_service)
    Catch = local.catch[of.stage]
    Next  = of.next
  } }

  # Where production is in this account.
  production_states = { for state, of in merge(local.variants_states, {
    # `evergreen rollback`: the version was in production before, so it is neither tested nor approved again.
    IsRollback = {
      Type = "Choice"
      Choices = [
        { Variable = "$.variants", IsPresent = true, Next = "DeployVariants" }, # `evergreen endpoint`
        { Variable = "$.approval", IsPresent = true, Next = "DeployProduction" },
      ]
      Default = "DeployStaging"
    }
  }) : state => of if !local.promotes }

  gate_states = {
    RequestApproval = {
      Type           = "Task"
      Resource       = "${local.invoke}.waitForTaskToken"
      TimeoutSeconds = 604800
      Parameters = {
        FunctionName = module.approval_requester.arn
        Payload      = { "task_token.$" = "$$.Task.Token", stage = "production", "package_arn.$" = "$.package_arn", "version.$" = "$.version", "time.$" = local.now }
      }
      ResultPath = "$.approval"
      Retry      = local.retry_service
      Catch      = local.catch["Production"]
      Next       = local.after_approval
    }
    Done   = { Type = "Succeed" }
    Failed = { Type = "Fail", Error = "DeploymentFailed", Cause = "See the event Deployment Failed in the decision log" }
  }

  # Production is in another account: modules/account_link forwards the event, and the deployment ends here.
  promotion_states = { for state, of in {
    PromoteVersion = {
      Type     = "Task"
      Resource = local.put_events
      Parameters = { Entries = [merge(local.entry, { DetailType = "Version Promoted", Detail = {
        version             = "1"
        account             = var.promotes_to
        "package_arn.$"     = "$.package_arn"
        "package_version.$" = "$.version"
        "approval.$"        = "$.approval"
      } })] }
      ResultPath = null
      Retry      = [{ ErrorEquals = ["States.ALL"], IntervalSeconds = 2, MaxAttempts = 6, BackoffRate = 2 }]
      Catch      = local.catch["Production"]
      Next       = "Done"
    }
  } : state => of if local.promotes }
}
