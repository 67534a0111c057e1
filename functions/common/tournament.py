"""How many minutes of history a tournament needs and judges. Pure."""

COUNT = 24  # at least this many windows are judged
STEP_MINUTES = 5  # between the first minutes of two windows, which are multiples of it
# Minutes that a candidate keeps for its training before the first window; Amazon DeepAR needs as
# many observations.
MINIMUM_TRAINING_MINUTES = 300


def minimum_minutes(horizon: int, count: int = COUNT) -> int:
    """Return the minutes of history that a tournament needs if they end at a multiple of five."""
    return MINIMUM_TRAINING_MINUTES + STEP_MINUTES * (count - 1) + horizon


def judged_minutes(horizon: int) -> int:
    """Return how long before a tournament the first window begins at most, without gaps."""
    return STEP_MINUTES * COUNT + horizon
