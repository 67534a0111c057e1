# Region, credentials and endpoint are configured by the environment.
provider "aws" {
  default_tags {
    tags = {
      Deployment = var.prefix
      Project    = "evergreen"
    }
  }
}
