from pydantic_settings import BaseSettings
import vault_secrets  # noqa: F401


class Settings(BaseSettings):
    api_key: str
