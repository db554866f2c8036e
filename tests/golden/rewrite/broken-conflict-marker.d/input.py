key = "alpha"
<<<<<<< HEAD
x = "beta"
=======
x = 2
>>>>>>> branch
