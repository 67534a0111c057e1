"""The deployment group of each CodeDeploy deployment, whose requests name only its id."""

arns: dict[str, str] = {}  # by id of the deployment
