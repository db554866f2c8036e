import shop.pay

DB_PASSWORD = "«password 3»"
