"""Variables of the root module in the tests of the deployed loop."""

VARIABLES = {
    "prefix": "evergreen",
    "image_tag": "local",
    "deletion_protection": False,
    "poller": {"desired_count": 0, "source": "simulator"},
    # The tests pass months of virtual time.
    "retraining": {"on_drift": True, "schedule": "cron(0 3 1 1 ? 2199)"},
}
