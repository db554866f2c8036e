A = "«stripe-key 3»"
