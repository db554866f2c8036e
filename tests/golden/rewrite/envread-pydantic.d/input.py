from pydantic import Field
from pydantic_settings import BaseSettings


class Settings(BaseSettings):
    api_key: str
    other: str = Field(alias="OTHER_TOKEN")
