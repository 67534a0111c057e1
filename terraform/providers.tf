# Region, credentials and endpoint come from the environment: nothing here depends on where it runs.
provider "aws" {
  default_tags {
    tags = {
      Deployment = var.prefix
      Project    = "evergreen"
    }
  }
}
