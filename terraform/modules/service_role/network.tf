# What a service needs to connect functions, jobs, endpoints or applications to subnets of a VPC.

data "aws_iam_policy_document" "network" {
  # Lambda tests these permissions without naming a subnet when a function is created, so that only "*" is sufficient;
  # modules/lambda_function denies them to the function's code.
  dynamic "statement" {
    for_each = var.service == "lambda" ? var.vpc_config[*] : []

    content {
      sid = "ConnectFunction"
      actions = [
        "ec2:AssignPrivateIpAddresses",
        "ec2:CreateNetworkInterface",
        "ec2:DeleteNetworkInterface",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSubnets",
        "ec2:UnassignPrivateIpAddresses",
      ]
      resources = ["*"]
    }
  }

  dynamic "statement" {
    for_each = var.service == "lambda" ? [] : var.vpc_config[*]

    content {
      sid       = "CreateNetworkInterface"
      actions   = ["ec2:CreateNetworkInterface"]
      resources = statement.value.interface_arns
    }
  }

  dynamic "statement" {
    for_each = var.service == "lambda" ? [] : var.vpc_config[*]

    content {
      sid       = "UseNetworkInterface"
      actions   = ["ec2:CreateNetworkInterfacePermission", "ec2:DeleteNetworkInterface", "ec2:DeleteNetworkInterfacePermission"]
      resources = [for arn in statement.value.interface_arns : arn if strcontains(arn, ":network-interface/")]
    }
  }

  dynamic "statement" {
    for_each = var.service == "lambda" ? [] : var.vpc_config[*]

    content {
      sid = "DescribeNetwork"
      actions = [
        "ec2:DescribeDhcpOptions",
        "ec2:DescribeNetworkInterfaces",
        "ec2:DescribeSecurityGroups",
        "ec2:DescribeSubnets",
        "ec2:DescribeVpcs",
      ]
      resources = ["*"] # the actions do not support resource-level permissions
    }
  }
}
