import os as _os
import os
result = [_os.environ["V_1"] for os in range(2)]
other = _os.environ["V_2"]
