"""Limits of a request to the model server, with nginx before it or without."""

MAX_BODY_BYTES = 6 * 1024 * 1024  # limit of a SageMaker endpoint
SILENCE_SECONDS = 20  # of a client in the middle of its request
INVOCATION_SECONDS = 60  # timeout of an invocation in SageMaker
GRACE_SECONDS = 25  # SageMaker sends SIGKILL 30 s after SIGTERM
