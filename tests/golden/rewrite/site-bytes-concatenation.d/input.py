key = b"al" b"pha"
