"""Several instances on one PostgreSQL with many shops, under every fault that comes with that.

    python -m tests.chaos --instances 3 --postgres --shops 50

As `tests.chaos` does with one service: orders come in, things go wrong, and at the end every sheet is compared with
what was sent.
"""
