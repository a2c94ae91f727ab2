"""Refusals in the account's language (docs/google-sheets.md, 1.4).

What stands before the sentence, `Invalid requests[0].addSheet: `, is English in every language (seen). Sentences that
were seen are Google's own; what else may be refused is worded by one general sentence, so that a program which goes by
English words finds none. Only a 400 is translated, and whether every sentence of Google's is: not known.
"""

import re

from sandbox.google.errors import PROTECTED, ApiError

_PREFIX = re.compile(r"(Invalid (?:requests|data)\[\d+\](?:\.\w+)?: )(.*)\Z", re.DOTALL)
_NAME_TAKEN = re.compile(r'A sheet with the name "(.*)" already exists\. Please enter another name\.\Z', re.DOTALL)

_TAKEN = {
    "es": 'Ya existe una hoja con el nombre "{}". Introduce un nombre distinto.',
    "fr": 'Une feuille nommée "{}" existe déjà. Veuillez saisir un autre nom.',
    "ja": "「{}」という名前のシートは既に存在します。別の名前を入力してください。",
    "ru": 'Лист с названием "{}" уже существует. Введите другое название.',  # noqa: RUF001 - Russian
}
_PROTECTED = {
    "es": "Estás intentando modificar una celda o un objeto protegido. Si necesitas realizar cambios, comunícate con "
    "el propietario de la hoja de cálculo para que quite la protección.",
    "fr": "Vous tentez de modifier une cellule ou un objet protégés. Si vous avez besoin d'effectuer cette "
    "modification, demandez au propriétaire de la feuille de calcul de supprimer la protection.",
    "ja": "保護されているセルやオブジェクトを編集しようとしています。編集する必要がある場合は、"
    "スプレッドシートのオーナーに連絡して保護を解除してもらってください。",
    "ru": "Вы пытаетесь изменить защищенную ячейку или объект. Чтобы снять защиту, обратитесь к владельцу таблицы.",
}
_OTHERWISE = {
    "es": "No se puede realizar esta operación.",
    "fr": "Impossible d'effectuer cette opération.",
    "ja": "この操作は実行できません。",
    "ru": "Не удалось выполнить эту операцию.",  # noqa: RUF001 - Russian
}
LANGUAGES = frozenset(_OTHERWISE)


def worded(error: ApiError, languages: str) -> ApiError:
    """An error as an account with this language sees it, or a call with this `Accept-Language`; English for those
    that aren't played."""
    language = re.split(r"[-_,; ]", languages.strip().lower(), maxsplit=1)[0]
    match = _PREFIX.match(error.message)
    if language not in LANGUAGES or error.code != 400 or match is None:  # noqa: PLR2004 - a refusal
        return error
    prefix, sentence = match.groups()
    return ApiError(error.code, prefix + _sentence(sentence, language), error.details, status=error.status)


def _sentence(english: str, language: str) -> str:
    taken = _NAME_TAKEN.match(english)
    if taken is not None:
        return _TAKEN[language].format(taken[1])
    return _PROTECTED[language] if english == PROTECTED else _OTHERWISE[language]
