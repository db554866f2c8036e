#!/bin/sh
export AWS_ACCESS_KEY_ID=«aws-id 3»
exec python app.py
