os = "linux"
import os as _os
import os
key = _os.environ["V_1"]
