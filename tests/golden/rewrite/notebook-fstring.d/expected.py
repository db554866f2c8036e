{
 "cells": [
  {
   "cell_type": "code",
   "metadata": {},
   "outputs": [],
   "execution_count": null,
   "source": [
    "import os\n",
    "\n",
    "host = 'h'\n",
    "url = f\"https://{host}/?key={os.environ['API_KEY_3']}\"\n",
    "x = '%s:' % host + os.environ[\"API_KEY_4\"]"
   ]
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "python",
   "language": "python",
   "name": "python"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 4
}
