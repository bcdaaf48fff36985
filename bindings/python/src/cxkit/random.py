"""Random numbers that depend on (seed, purpose, index, draw) and on nothing else.

>>> from cxkit import random
>>> random.uniform(1) == random.uniform(1)
True
"""

from __future__ import annotations

from operator import index as whole

from . import _native

__all__ = ["philox", "uniform"]


def uniform(seed: int, *, purpose: int = 0, index: int = 0, draw: int = 0) -> float:
    """A uniform number strictly between 0 and 1.

    seed
        0 to 2^64 - 1
    purpose, draw
        0 to 2^32 - 1: keep independent uses, and the draws of one index, apart
    index
        0 to 2^64 - 1: the row, the replicate, the customer

    >>> from cxkit import random
    >>> 0 < random.uniform(7, index=3) < 1
    True
    """
    return float(_native.cx_random_uniform(whole(seed), whole(purpose), whole(index), whole(draw)))


def philox(counter_low: int, counter_high: int, key: int) -> tuple[int, int, int, int]:
    """One block of Philox 4x32 with ten rounds: four words of 32 bits.

    >>> from cxkit import random
    >>> [hex(word) for word in random.philox(0, 0, 0)]
    ['0x6627e8d5', '0xe169c58d', '0xbc57ac4c', '0x9b00dbd8']
    """
    words = _native.cx_philox(whole(counter_low), whole(counter_high), whole(key))
    return words.w0, words.w1, words.w2, words.w3
