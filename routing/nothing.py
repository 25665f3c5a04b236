"""Was any matter told at all? Greetings, fillers and "I want to ask something" are no need: a person listens, nobody guesses."""

import re

from routing.pinyin import tokens

#: characters of which whole sentences without a matter are made: 喂，你好，我跟你说啊这个事儿吧
EMPTY = frozenset(
    "喂你您好我他她咱们俺恁跟和给对说讲话听啊呀哦噢嗯呃哎唉哟嘿哈吧呢吗嘛么哪哩的了着过地得这那个些事情儿件就是想要问请一下"
    "同志师傅姑娘闺女小伙子大夫老先生早上晚安下午再见谢不没有在能会可以行什怎样人家里还也都先知道晓记忘算帮忙麻烦"
)
EMPTY_EN = frozenset(
    [
        "hello",
        "hi",
        "hey",
        "good",
        "morning",
        "afternoon",
        "evening",
        "i",
        "i'm",
        "you",
        "me",
        "my",
        "we",
        "a",
        "an",
        "the",
        "this",
        "that",
        "it",
        "is",
        "am",
        "are",
        "do",
        "does",
        "can",
        "could",
        "would",
        "will",
        "please",
        "sorry",
        "um",
        "uh",
        "er",
        "well",
        "so",
        "ok",
        "okay",
        "yes",
        "no",
        "thanks",
        "thank",
        "bye",
        "goodbye",
        "want",
        "to",
        "ask",
        "tell",
        "say",
        "something",
        "thing",
        "matter",
        "question",
        "have",
        "got",
        "about",
        "speak",
        "talk",
        "somebody",
        "someone",
        "there",
        "anybody",
        "hear",
        "know",
        "need",
        "help",
    ]
)
_FIGURES = re.compile(r"[\d零一二三四五六七八九十百千两幺〇]+")


#: signs that nobody speaks and no recogniser writes: a text with several of them was not said by anybody
_WRITTEN = re.compile(r"[;{}<>=*\\|$`_\[\]]")
WRITTEN = 2


def tells_nothing(words: str, language: str) -> bool:
    """Language "zh" or "en". Also one sound over and over, and what is no speech at all but a program's text."""
    if len(_WRITTEN.findall(words)) >= WRITTEN:
        return True
    if len({one.text for one in tokens(words, language)}) == 1 and len(tokens(words, language)) > 2:
        return True
    if language == "en":
        said = [one.text for one in tokens(words, "en")]
        return all(one in EMPTY_EN or one.isdigit() for one in said)
    told = tokens(_FIGURES.sub("", words), language)
    return all(one.text in EMPTY or one.text in EMPTY_EN for one in told)
