"""Insults are masked in translations, and words that only look alike are not."""

import pytest

from app.domain.translation.profanity import Profanity

WORDS = Profanity({"en": ["cunt", "fucking", "son of a bitch"], "zh": ["傻逼"], "es": ["coño"]})


@pytest.mark.parametrize(
    ("language", "text", "masked", "found"),
    [
        ("en-US", "Fucking cunt!", "F****** c***!", ("Fucking", "cunt")),
        ("en", "Scunthorpe", "Scunthorpe", ()),
        ("en", "you son of a bitch", "you s** ** * *****", ("son of a bitch",)),
        ("zh-Hans", "你这个傻逼啊", "你这个**啊", ("傻逼",)),
        ("en", "coño 傻逼", "coño 傻逼", ()),
        ("es", "COÑO", "C***", ("COÑO",)),
        ("es", "cono", "cono", ()),
        ("fr", "cunt", "cunt", ()),
        ("en", "", "", ()),
    ],
)
def test_insults_are_masked(language: str, text: str, masked: str, found: tuple[str, ...]) -> None:
    assert WORDS.masked(text, language) == (masked, found)
