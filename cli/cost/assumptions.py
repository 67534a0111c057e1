"""What the estimate of a month assumes rather than reads from the configuration. Pure."""

from dataclasses import dataclass

from cli.cost.configuration import Configuration


@dataclass(frozen=True, slots=True)
class Assumptions:
    """Quantities that no variable sets."""

    trainings: float = 4  # per month, besides the scheduled one
    job_minutes: float = 5  # billed per SageMaker job, its start included
    versions_per_training: float = 1  # that reach production
    image_gb: float = 4  # in ECR, all images that are kept
    image_builds: float = 4  # per month, of both images, with image_builder = "codebuild"
    forecaster_build_minutes: float = 10
    poller_build_minutes: float = 4
    bytes_per_transaction: float = 273  # in events; benchmarks/results/ingestion.json
    compressed_share: float = 0.21  # of the raw archive; the same
    aggregated_per_second: float = 80_000  # transactions per CPU second; the same
    queried_gb: float = 10  # that queries scan on AWS, per month
    aggregator_seconds: float = 0.3  # per object besides, for requests to AWS
    api_requests: float = 100_000  # per month

    def all_trainings(self, config: Configuration) -> float:
        """Return the trainings of a month: the scheduled one, and those of a degraded model."""
        return self.trainings + (1 if config.scheduled_trainings else 0)

    def lines(self, config: Configuration) -> list[str]:
        """Describe what `evergreen cost` assumes about a configuration."""
        stream = [
            f"{self.bytes_per_transaction:g} bytes per transaction, "
            f"{self.compressed_share:.0%} of it when compressed",
            f"{self.queried_gb:g} GB that SQL queries scan a month",
            "raw archive at its final size, of data.expire_days.raw (12 months if never)",
        ]
        return [
            f"{self.trainings:g} trainings a month besides scheduled ones, each with a version "
            "that reaches production",
            f"{self.job_minutes:g} minutes billed per SageMaker job",
            f"{self.image_gb:g} GB of images in ECR",
            f"{self.api_requests:,.0f} requests of clients to the API a month",
            f"{self.image_builds:g} builds of the images a month if CodeBuild builds them",
            *(stream if config.model is None else []),
        ]
