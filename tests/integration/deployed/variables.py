"""The root's variables in these tests: the defaults, but for what a test needs otherwise."""

VARIABLES = {
    "prefix": "evergreen",
    "poller": {"desired_count": 0, "source": "simulator"},
}
