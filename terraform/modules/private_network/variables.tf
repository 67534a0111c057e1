variable "api" {
  description = "Versions of the API's function are released by functions: they call CodeDeploy and Lambda"
  type        = bool
  default     = false
  nullable    = false
}

variable "autoscaling" {
  description = "true: the function that deploys endpoints registers them with Application Auto Scaling"
  type        = bool
  nullable    = false
}

variable "network" {
  description = "Variable private_network of the root: existing VPC, subnets (one per Availability Zone), their route tables, and the endpoints that the VPC already has (service -> security group, \"\" for s3)"
  type = object({
    existing_endpoints = map(string)
    route_table_ids    = list(string)
    subnet_ids         = list(string)
    vpc_id             = string
  })
  nullable = false

  validation {
    condition     = length(var.network.subnet_ids) > 0 && length(var.network.subnet_ids) <= 16 && length(distinct(var.network.subnet_ids)) == length(var.network.subnet_ids)
    error_message = "private_network.subnet_ids: expected 1 to 16 different subnets, each in another Availability Zone."
  }

  validation {
    condition     = length(var.network.route_table_ids) > 0 || contains(keys(var.network.existing_endpoints), "s3")
    error_message = "private_network.route_table_ids: got [], expected the route tables of the subnets, which need a route to S3."
  }

  validation {
    condition     = alltrue([for service, id in var.network.existing_endpoints : service == "s3" ? id == "" : startswith(id, "sg-")])
    error_message = "private_network.existing_endpoints: expected the security group of each endpoint, \"\" for s3."
  }
}

variable "prefix" {
  description = "Prefix of all resource names"
  type        = string
  nullable    = false
}

variable "promoted_from" {
  description = "Account whose versions are imported: its registry and bucket can be reached, too; null: none"
  type        = string
  default     = null
}

variable "streaming" {
  description = "true: the streaming job also runs in the subnets, and needs Kinesis"
  type        = bool
  nullable    = false
}
