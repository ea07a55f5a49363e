"""`python -m flowy` is the `flowy` command."""

from flowy.cli import main

main(prog_name="flowy")
