import os

host = "h.example"
text = f'''{host}
{os.environ["API_KEY_2"]} "quoted" it's'''
