"""pg://bob:s3cret@h"""
