"""What SageMaker does with files for a container: S3 to folders before, folders to S3 after."""

import tarfile
from pathlib import Path
from urllib.parse import urlsplit

from local import runtime


def split(uri: str) -> tuple[str, str]:
    """Split `s3://bucket/key` into bucket and key."""
    parts = urlsplit(uri)
    return parts.netloc, parts.path.lstrip("/")


def keys(uri: str) -> list[str]:
    """List the keys that begin with the URI's (S3DataType S3Prefix), folders left out."""
    bucket, prefix = split(uri)
    pages = (
        runtime.client("s3")
        .get_paginator("list_objects_v2")
        .paginate(Bucket=bucket, Prefix=prefix)
    )
    found = [item["Key"] for page in pages for item in page.get("Contents", [])]
    return [key for key in found if not key.endswith("/")]


def read(uri: str) -> bytes:
    """Read one object."""
    bucket, key = split(uri)
    body: bytes = runtime.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    return body


def write(uri: str, body: bytes) -> None:
    """Write one object."""
    bucket, key = split(uri)
    runtime.client("s3").put_object(Bucket=bucket, Key=key, Body=body)


def download(uri: str, folder: Path) -> int:
    """Copy all objects of a prefix into a folder, by their names after it -> how many."""
    bucket, prefix = split(uri)
    folder.mkdir(parents=True, exist_ok=True)
    found = keys(uri)
    for key in found:
        name = key.removeprefix(prefix).lstrip("/") or Path(key).name
        target = folder / (name if "/" in prefix or prefix else key)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(read(f"s3://{bucket}/{key}"))
    return len(found)


def upload(folder: Path, uri: str) -> None:
    """Copy all files of a folder below a URI."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        write(f"{uri.rstrip('/')}/{file.relative_to(folder).as_posix()}", file.read_bytes())


def pack(folder: Path, archive: Path) -> bytes:
    """Pack a folder as model.tar.gz -> its bytes."""
    with tarfile.open(archive, "w:gz") as tar:
        for file in sorted(folder.iterdir()):
            tar.add(file, file.name)
    return archive.read_bytes()


def unpack(uri: str, folder: Path) -> None:
    """Unpack a model.tar.gz into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder.with_suffix(".tar.gz")
    archive.write_bytes(read(uri))
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    archive.unlink()


def relocated(path: str, base: Path) -> Path:
    """Return where a container's path below /opt/ml lies for a process."""
    return base / Path(path).relative_to("/opt/ml")
