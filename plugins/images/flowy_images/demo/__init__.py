"""The demo: real photographs through flowyd. `python -m flowy_images.demo`, or `make run`."""
