# Region, credentials and endpoints come from the environment, so that nothing here knows where it runs.
provider "aws" {
  max_retries = var.max_retries

  default_tags {
    tags = {
      Deployment = var.prefix
      Project    = "evergreen"
    }
  }
}
