dsn = "host=db user=bob password=s3cret sslmode=require"
