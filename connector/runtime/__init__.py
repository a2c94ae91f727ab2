"""Puts the parts of the service together from the settings. What each part promises stands in its own module."""
