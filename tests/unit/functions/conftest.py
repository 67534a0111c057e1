"""What every handler needs when it is imported."""

import tests.support.lambda_environment  # noqa: F401 - sets it
