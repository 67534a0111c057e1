variable "foundation" {
  description = "Output of modules/foundation: the attributes used here"
  type        = object({ partition = string, prefix = string })
  nullable    = false
}
