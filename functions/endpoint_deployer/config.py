"""Settings of the function."""

from pydantic import Json

from common.config import Settings
from endpoint_deployer.settings import Endpoints


class Config(Settings):
    """Settings of the function."""

    bucket: str
    endpoints: Json[Endpoints]
    kms_key_arn: str
    model_role_arn: str
    prefix: str
    vpc_config: Json[dict[str, list[str]] | None]  # VpcConfig of CreateModel, null for none
