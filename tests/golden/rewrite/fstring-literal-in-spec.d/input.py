n = 'x'
url = f"{n:{str('s3cret')}>20}"
