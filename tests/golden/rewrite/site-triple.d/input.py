key = """alpha
beta
"""
