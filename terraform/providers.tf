# Region, credentials and endpoints come from the environment, so that nothing here knows where it runs.
provider "aws" {
  default_tags {
    tags = {
      Deployment = var.prefix
      Project    = "evergreen"
    }
  }
}
