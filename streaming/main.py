"""Entry point on Managed Service for Apache Flink and on a laptop: properties -> running job."""

from streaming import job, properties


def main() -> None:
    """Start the job; on a laptop, wait until it ends."""
    result = job.start(properties.load())
    if not properties.is_managed():
        result.wait()


if __name__ == "__main__":
    main()
