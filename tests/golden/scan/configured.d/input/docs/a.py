A = "«aws-id 2»"
