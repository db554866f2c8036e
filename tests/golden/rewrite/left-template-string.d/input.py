from string.templatelib import Template

host = "h"
url = t"{host}/s3cret"
