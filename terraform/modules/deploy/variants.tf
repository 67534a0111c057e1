# `evergreen endpoint`: a second version beside the one in production, by weight or as a shadow, or its end.

locals {
  variants_payload = { stage = "production", "package_arn.$" = "$.package_arn", "version.$" = "$.version", "variants.$" = "$.variants", "time.$" = local.now }

  variants_states = {
    DeployVariants = {
      Type       = "Task"
      Resource   = local.invoke
      Parameters = { FunctionName = module.endpoint_deployer.arn, Payload = merge(local.variants_payload, { action = "deploy" }) }
      ResultPath = null
      Retry      = concat(local.retry_busy, local.retry_service)
      Catch      = local.catch["Production"]
      Next       = "WaitForVariants"
    }
    WaitForVariants = { Type = "Wait", Seconds = 30, Next = "DescribeVariants" }
    DescribeVariants = {
      Type           = "Task"
      Resource       = local.invoke
      Parameters     = { FunctionName = module.endpoint_deployer.arn, Payload = merge(local.variants_payload, { action = "describe" }) }
      ResultSelector = { "status.$" = "$.Payload.status", "failure_reason.$" = "$.Payload.failure_reason" }
      ResultPath     = "$.endpoint"
      Retry          = local.retry_service
      Catch          = local.catch["Production"]
      Next           = "AreVariantsServing"
    }
    AreVariantsServing = {
      Type = "Choice"
      Choices = [
        { Variable = "$.endpoint.status", StringEquals = "InService", Next = "RecordVariants" },
        { Variable = "$.endpoint.status", StringEquals = "Failed", Next = "ProductionEndpointFailed" },
      ]
      Default = "WaitForVariants"
    }
    RecordVariants = {
      Type     = "Task"
      Resource = local.put_events
      Parameters = { Entries = [merge(local.entry, { DetailType = "Variants Changed", Detail = merge(local.deployed["Production"], {
        "variants.$" = "$.variants"
      }) })] }
      ResultPath = null
      Next       = "Done"
    }
  }
}
