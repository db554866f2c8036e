AWS = {
    "access_key_id": "«aws-id 3»",
    "region": "eu-central-1",
}
