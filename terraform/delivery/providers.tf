# Region, credentials and endpoint are configured by the environment.
provider "aws" {
  default_tags {
    tags = {
      Delivery = var.prefix # not Deployment: it is no part of it
      Project  = "evergreen"
    }
  }
}
