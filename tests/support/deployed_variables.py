"""Variables of the root module in the tests of the deployed loop."""

VARIABLES = {
    "prefix": "evergreen",
    "image_tag": "local",
    "deletion_protection": False,
    "notifications": {"approval_links": True, "budget_usd": 100},
    "poller": {"desired_count": 0, "source": "simulator"},
    # The tests pass months of virtual time.
    "retraining": {"on_drift": True, "schedule": "cron(0 3 1 1 ? 2199)"},
}
