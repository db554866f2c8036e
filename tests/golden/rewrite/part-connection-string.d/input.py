dsn = "host=db user=bob password=secret sslmode=require"
