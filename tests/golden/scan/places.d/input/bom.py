# café
def f(a="éé", key="«aws-id 2»"):
    return (
        "«stripe-key 3»"
        ""
    )
