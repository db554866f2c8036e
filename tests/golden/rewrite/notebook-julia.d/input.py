{
 "cells": [
  {
   "cell_type": "code",
   "metadata": {},
   "outputs": [],
   "execution_count": null,
   "source": [
    "key = 's3cret'"
   ]
  }
 ],
 "metadata": {
  "kernelspec": {
   "display_name": "julia",
   "language": "julia",
   "name": "julia"
  }
 },
 "nbformat": 4,
 "nbformat_minor": 4
}
