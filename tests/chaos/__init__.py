"""The chaos run: the real service under every fault at once, and a look at whether the sheet is right afterwards.

    python -m tests.chaos --orders 1000 --kills 30

Everything stays on 127.0.0.1, in processes and a folder of its own, and ends by itself.
"""
