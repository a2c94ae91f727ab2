"""Reads text as people's editors leave it: in UTF-8 with or without a byte-order mark, or in UTF-16 with one, as
PowerShell writes it. Anything else would have to be guessed."""

import codecs

from connector.language import gettext as _

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class NotTextError(ValueError):
    """The file is in another encoding, or no text at all. Shows nothing of it."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line
        """The first that can't be read."""

    def sentence(self, name: object) -> str:
        """What is wrong with the file of this name, and how to mend it."""
        return _("Line {line} of {name} is not text in UTF-8. Save the file as UTF-8.").format(
            line=self.line, name=name
        )


def decoded(content: bytes) -> str:
    """The text, without its byte-order mark. Raises NotTextError."""
    if is_utf_16(content):
        try:
            text = content.decode("utf-16")
        except UnicodeDecodeError as error:
            raise NotTextError(_line(content[: error.start].decode("utf-16", errors="replace"))) from None
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise NotTextError(_line(error.object[: error.start].decode("utf-8"))) from None
    if "\0" in text:
        # As in UTF-16 without a mark.
        raise NotTextError(_line(text.partition("\0")[0]))
    return text


def is_utf_16(content: bytes) -> bool:
    """Whether it begins as UTF-16 does, which few other programs read."""
    return content.startswith(_UTF_16)


def _line(before: str) -> int:
    return before.count("\n") + (before.count("\r") - before.count("\r\n")) + 1
