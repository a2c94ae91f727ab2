"""The shops of a host: what `SHOPS_FILE` says of them, read in this order: look.py, file.py, values.py, settings.py."""
