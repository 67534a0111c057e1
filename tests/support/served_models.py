"""Small models that start in half a second, and load on an endpoint that serves them."""

import io
import json
import tarfile
import threading
from contextlib import contextmanager

from botocore.exceptions import ClientError

from tests.support.permissions import ROLE

BUCKET = "served-models"
IMAGE = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/loop-forecaster:1"
BODY = {
    "instances": [{"start": "2024-10-10 00:00:00", "target": list(range(1, 61))}],
    "configuration": {"num_samples": 20, "output_types": ["mean"]},
}
REQUEST = {"Body": json.dumps(BODY).encode(), "ContentType": "application/json"}


def archive(horizon):
    """Return a model of the reference forecast; one whose horizon is no number cannot answer."""
    text = json.dumps({"format": 1, "algorithm": "reference", "prediction_length": horizon})
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as tar:
        entry = tarfile.TarInfo("metadata.json")
        entry.size = len(text)
        tar.addfile(entry, io.BytesIO(text.encode()))
    return packed.getvalue()


def create(aws, **horizons):
    """Create models by name."""
    s3, sagemaker = aws.client("s3"), aws.client("sagemaker")
    s3.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for name, horizon in horizons.items():
        s3.put_object(Bucket=BUCKET, Key=f"{name}.tar.gz", Body=archive(horizon))
        container = {"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/{name}.tar.gz"}
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)


def variant(name, model, weight=1.0, count=1, kind="ml.m5.large"):
    return {
        "VariantName": name,
        "ModelName": model,
        "InitialInstanceCount": count,
        "InstanceType": kind,
        "InitialVariantWeight": weight,
    }


class Load:
    """Answers to requests that are sent one after the other until the end of a `with`."""

    def __init__(self, aws, endpoint):
        self.answers, self._enough = [], threading.Condition()
        self._client = aws.client("sagemaker-runtime")
        self._endpoint, self._ended = endpoint, threading.Event()

    def run(self):
        while not self._ended.is_set():
            try:
                self._client.invoke_endpoint(EndpointName=self._endpoint, **REQUEST)
                answer = "answered"
            except ClientError as error:
                answer = error.response["Error"]["Code"]
            except Exception as error:  # noqa: BLE001 - a refused connection is a failed request
                answer = repr(error)
            with self._enough:
                self.answers.append(answer)
                self._enough.notify_all()

    def more(self, count=20):
        """Wait for this many more answers -> them."""
        with self._enough:
            first = len(self.answers)
            assert self._enough.wait_for(lambda: len(self.answers) >= first + count, 60)
            return self.answers[first : first + count]

    def end(self):
        self._ended.set()


@contextmanager
def load(aws, endpoint, clients=2):
    """Send requests from several clients for the time of a `with`."""
    sent = Load(aws, endpoint)
    threads = [threading.Thread(target=sent.run) for _ in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield sent
    finally:
        sent.end()
        for thread in threads:
            thread.join()
