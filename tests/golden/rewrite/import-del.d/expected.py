import os as _os
import os
sep = os.sep
key = _os.environ["V_1"]
del os
