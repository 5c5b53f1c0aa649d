"""Execute a notebook on a fresh kernel, in its own folder, and print it with its outputs as JSON."""

import os
import sys

import nbformat
from nbclient import NotebookClient

path = sys.argv[1]
notebook = nbformat.read(path, as_version=4)
nbformat.validate(notebook)
NotebookClient(notebook, timeout=300, resources={"metadata": {"path": os.path.dirname(path)}}).execute()
print(nbformat.writes(notebook))
