# -*- coding: latin-1 -*-
import os

name = 'café'; key = os.environ.get('API_KEY')
