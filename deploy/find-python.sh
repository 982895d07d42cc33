#!/bin/sh
# Print a Python of at least 3.11, or one sentence on standard error.
for name in python3.13 python3.12 python3.11 python3 python; do
    if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then
        command -v "$name"
        exit 0
    fi
done
found=$(python3 --version 2>/dev/null || echo "none")
echo "finlens: Python 3.11 or newer is needed and this machine offers $found: install one, or name it with make PYTHON=..." >&2
exit 1
