"""The signals that ask a command to stop."""

import signal


def that_stop() -> list[signal.Signals]:
    """SIGTERM, Ctrl-C, and the end of the terminal; the last not where somebody wants it ignored, as nohup does."""
    numbers = [signal.SIGTERM, signal.SIGINT]
    for name in ("SIGHUP", "SIGBREAK"):  # Of Unix, and of Windows.
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            numbers.append(number)
    return numbers


def after_first(number: int) -> signal.Handlers:
    """What such a signal does when it comes again: it means impatience, and ends the process at once. A terminal's end
    is often told twice."""
    return signal.SIG_IGN if number == getattr(signal, "SIGHUP", None) else signal.SIG_DFL
