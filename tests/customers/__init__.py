"""What customers are told of their orders."""
