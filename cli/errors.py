"""Errors that end a command with a message and an exit code."""

from botocore.exceptions import BotoCoreError, ClientError


class CommandError(Exception):
    """A command failed; exit code 1, or 2 for unusable arguments or an unusable target."""

    def __init__(self, message: str, code: int = 1) -> None:
        super().__init__(message)
        self.code = code


EXPECTED = (CommandError, ClientError, BotoCoreError)


def explain(error: Exception) -> CommandError:
    """Return one of the expected errors with a message for the user and its exit code."""
    if isinstance(error, ClientError):
        details = error.response["Error"]
        message = f"{error.operation_name}: {details['Code']}: {details.get('Message')}"
        return CommandError(f"AWS rejected {message}")
    if isinstance(error, BotoCoreError):
        return CommandError(f"AWS cannot be reached: {error}", 2)
    return error if isinstance(error, CommandError) else CommandError(str(error))
