class Config:
    token = "alpha"


result = Config.token
