# Region, credentials and endpoint are configured by the environment.
provider "aws" {
  default_tags {
    tags = {
      Delivery = var.prefix # not Deployment, by which the costs of the loop are found
      Project  = "evergreen"
    }
  }
}
