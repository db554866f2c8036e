# -*- coding: latin-1 -*-
name = "M�ller"; key = "«aws-id 1»"
