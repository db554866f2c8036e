x = 1
match x:
    case "pg:s3cret@h":
        pass
