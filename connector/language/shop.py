"""The language of one shop: as it is set, or else that of its spreadsheet."""

from connector.language.languages import ENGLISH, Language, of_locale


class ShopLanguage:
    """Is told the spreadsheet's locale by whoever has just seen it. Safe to use from several threads."""

    def __init__(self, setting: Language | None = None) -> None:
        """`setting`: the shop's LANGUAGE; None: the spreadsheet's locale says it, and nobody has seen that yet."""
        self._setting = setting
        self._locale: str | None = None

    def saw(self, locale: str | None) -> bool:
        """The spreadsheet has this locale, such as `pt_BR`; True if it had another one before, or nobody knew."""
        is_new = locale is not None and locale != self._locale
        if locale is not None:
            self._locale = locale
        return is_new

    @property
    def is_known(self) -> bool:
        """Whether something says which it is."""
        return self._setting is not None or self._locale is not None

    @property
    def current(self) -> Language:
        """English where nothing says another."""
        return self._setting or of_locale(self._locale) or ENGLISH
