"""Where WhatsApp's orders come from: Whapi in `whapi/`, and a module for each other gateway.

`reading/` has what they share: how single fields are read from JSON that anybody may have written. To add a gateway,
copy the module nearest to it and name the copy in `registry.py`. docs/gateways.md has the facts.
"""
