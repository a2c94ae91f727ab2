"""The stand-in for Whapi's gateway.

Where its behaviour comes from is said at each place: [HD] is Whapi's help desk (support.whapi.cloud), [SDK] the PHP SDK
generated from Whapi's OpenAPI document, and the document itself (version 1.8.7) stands at whapi.readme.io. What none of
them says is called unknown; there the stand-in plays the reading that is harder on a connector, or has a switch.

Not played: sending messages, media, groups and the rest of Whapi; quotas (switch on a 429 or 402 instead); the time-out
and the end of Whapi's repeated deliveries, which are unknown.
"""
