"""In which language was it said?"""


def language_of(words: str, otherwise: str) -> str:
    """By its script, "zh" or "en"; people do not always speak the call's."""
    latin = sum(char.isascii() and char.isalpha() for char in words)
    han = sum("\u4e00" <= char <= "\u9fff" for char in words)
    return otherwise if not latin + han else "zh" if han * 2 >= latin else "en"
