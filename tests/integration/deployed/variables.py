"""The root's variables in these tests: the defaults, but for what a test needs otherwise."""

VARIABLES = {
    "prefix": "evergreen",
    "max_retries": 3,
    "poller": {"desired_count": 0, "source": "simulator"},
}
