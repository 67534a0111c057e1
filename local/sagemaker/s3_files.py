"""Files of SageMaker containers: inputs from S3 to folders, outputs from folders to S3."""

import tarfile
from pathlib import Path
from urllib.parse import urlsplit

from local import runtime


def split(uri: str) -> tuple[str, str]:
    """Split `s3://bucket/key` into bucket and key."""
    parts = urlsplit(uri)
    return parts.netloc, parts.path.lstrip("/")


def keys(uri: str) -> list[str]:
    """List the keys with the prefix of a URI (S3DataType S3Prefix), without folders."""
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
    """Copy all objects with a prefix to a folder, named by the rest of the key -> number."""
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
    """Copy all files of a folder to S3 below a URI."""
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        write(f"{uri.rstrip('/')}/{file.relative_to(folder).as_posix()}", file.read_bytes())


def pack(folder: Path, archive: Path) -> bytes:
    """Pack a folder as a tar.gz archive -> its content."""
    with tarfile.open(archive, "w:gz") as tar:
        for file in sorted(folder.iterdir()):
            tar.add(file, file.name)
    return archive.read_bytes()


def unpack(uri: str, folder: Path) -> None:
    """Download a tar.gz archive and unpack it into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    archive = folder.with_suffix(".tar.gz")
    archive.write_bytes(read(uri))
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    archive.unlink()


def relocated(path: str, base: Path) -> Path:
    """Return the path of the process for a container path below /opt/ml."""
    return base / Path(path).relative_to("/opt/ml")
