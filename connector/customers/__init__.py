"""What a shop tells its customers of their orders, through its own WhatsApp channel."""
