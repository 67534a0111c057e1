"""The environment of endpoint_deployer."""

import json

ENDPOINTS = {
    "capture_percent": {"production": 80, "staging": 100},
    "instances": {
        "production": {"count": 2, "type": "ml.m5.xlarge"},
        "staging": {"count": 1, "type": "ml.m5.large"},
    },
    "nginx": False,
    "rollback_alarms": ["test-production-5xx", "test-production-loss"],
    "scales": False,
    "serverless": None,
    "shift": None,
}
SERVERLESS = {"max_concurrency": 5, "memory_mb": 2048}


def set_all(monkeypatch):
    """Set all variables."""
    monkeypatch.setenv("PREFIX", "test")
    monkeypatch.setenv("BUCKET", "bucket")
    monkeypatch.setenv("KMS_KEY_ARN", "arn:aws:kms:eu-west-1:123456789012:key/1")
    monkeypatch.setenv("MODEL_ROLE_ARN", "arn:aws:iam::123456789012:role/test-model")
    monkeypatch.setenv("VPC_CONFIG", "null")
    change(monkeypatch)


def change(monkeypatch, **changed):
    """Change the settings of endpoints."""
    monkeypatch.setenv("ENDPOINTS", json.dumps(ENDPOINTS | changed))
