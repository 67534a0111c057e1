# The endpoint does not exist before the first deployment, so endpoint_deployer registers it; AWS scales it.

locals {
  scaling_statements = var.endpoints.autoscaling == null ? [] : [
    # The actions support resource-level permissions by the kind of resource only; the condition names the service.
    { sid = "RegisterProduction", actions = ["application-autoscaling:PutScalingPolicy", "application-autoscaling:RegisterScalableTarget"], resources = ["${var.foundation.arns["application-autoscaling"]}:scalable-target/*"], condition = { "application-autoscaling:service-namespace" = "sagemaker" } },
    # Application Auto Scaling checks that its caller may do what it will do.
    { sid = "ScaleProduction", actions = ["sagemaker:UpdateEndpointWeightsAndCapacities"], resources = [local.endpoint_arns["production"]], condition = {} },
    { sid = "KeepAlarmsOfScaling", actions = ["cloudwatch:DeleteAlarms", "cloudwatch:DescribeAlarms", "cloudwatch:PutMetricAlarm"], resources = ["${var.foundation.arns.cloudwatch}:alarm:TargetTracking-endpoint/${var.foundation.prefix}-production/*"], condition = {} },
    { sid = "CreateRoleOfScaling", actions = ["iam:CreateServiceLinkedRole"], resources = ["${var.foundation.arns.iam}:role/aws-service-role/sagemaker.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_SageMakerEndpoint"], condition = { "iam:AWSServiceName" = "sagemaker.application-autoscaling.amazonaws.com" } },
  ]
}
