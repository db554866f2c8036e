"""What bench/packages is made of: a file a job."""
