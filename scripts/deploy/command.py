"""How `make deploy` and `make destroy` end: an exit code, and one line about what was wrong."""

import sys
from collections.abc import Callable

from botocore.exceptions import BotoCoreError, ClientError

from cli.errors import CommandError
from scripts import aws, images, process_lock
from scripts.deploy.runner import DeployError
from scripts.provider import TerraformError

INTERRUPTED = 130
EXPECTED = (
    CommandError,
    DeployError,
    TerraformError,
    aws.AwsError,
    images.ImageTagError,
    process_lock.LockedError,
)


def exit_code(name: str, action: Callable[[], None]) -> int:
    """Return the exit code of an action; every step of it can be repeated."""
    try:
        action()
    except KeyboardInterrupt:
        print(f"\n{name}: interrupted; run it again to continue", file=sys.stderr)
        return INTERRUPTED
    except EXPECTED as error:
        print(f"{name}: {error}", file=sys.stderr)
        return 1
    except (BotoCoreError, ClientError) as error:
        print(f"{name}: AWS: {error}; run it again to continue", file=sys.stderr)
        return 1
    return 0
