"""The shapes in which other gateways than Whapi bring WhatsApp's orders: a module for each.

To add one, copy the module nearest to it and name the copy in `every.py`. docs/gateways.md has the facts.
"""
