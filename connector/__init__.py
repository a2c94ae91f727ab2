"""WhatsApp orders from Whapi.Cloud as rows in a Google Sheet, each exactly once."""

__version__ = "0.2.0"
