class C:
    u = "a:s3cret@h"


result = C.u
