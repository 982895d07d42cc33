"""`python -m finlens` is the same as `finlens`."""

from finlens.cli import main

main()
