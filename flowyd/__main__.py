"""`python -m flowyd`."""

from flowyd.cli import main

if __name__ == "__main__":
    main(prog_name="flowyd")
