variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type = object({ permissions_boundary_arn = optional(string)
  partition = string, prefix = string })
  nullable = false
}
