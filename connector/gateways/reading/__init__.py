"""Reads single fields of an order from JSON that anybody may have written. All gateways share it."""
