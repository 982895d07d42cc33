#!/bin/sh
# make-venv.sh FOLDER [PYTHON]: a virtual environment of PYTHON, or of the first Python here that is new enough.
folder=$1
for python in ${2:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
    if "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        echo "Making $folder with $("$python" --version)"
        "$python" -m venv --clear "$folder" && exit 0
        rm -rf "$folder"
        echo "finlens: $python cannot make a virtual environment: install its venv package (python3-venv on Debian and Ubuntu)" >&2
        exit 1
    fi
done
found=$("${2:-python3}" --version 2>/dev/null || echo none)
echo "finlens: Python 3.11 or newer is needed, and ${2:-this machine} offers $found; name another one with make PYTHON=/path/to/python3" >&2
exit 1
