A = "«aws-id 1»"
