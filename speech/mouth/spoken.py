"""Numbers, dates and addresses as people say them."""


def spoken(text: str, language: str) -> str:
    return text
