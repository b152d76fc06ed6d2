"""A short run of the fuzzer's own target, with mails that chance has spoilt; the long one is `make fuzz`."""

from __future__ import annotations

import random

import pytest

from fuzz.reading import read
from fuzz.seeds import seeds

SEEDS = seeds()
TOKENS = [
    b"\r\n", b"\n\n", b"\x00", b"\xff\xfe", b"--b", b"--x--", b"=?utf-8?b?", b"?=", b"Content-Type: ", b"<", b">", b"@",
    b"boundary=", b"charset=", b"From: ", b"Re: ", b"> ", b"base64", b"=C3", b"\xe2\x80\xae", b"?" * 200, b"(" * 100,
]  # fmt: skip
ROUNDS = 60


def spoilt(raw: bytes, chance: random.Random) -> bytes:
    """The mail after a few changes: octets changed, cut out, doubled, or put in."""
    data = bytearray(raw)
    for _ in range(chance.randint(1, 12)):
        at = chance.randrange(len(data) + 1)
        until = min(len(data), at + chance.randrange(80))
        match chance.randrange(4):
            case 0:
                data[at:until] = chance.randbytes(until - at)
            case 1:
                del data[at:until]
            case 2:
                data[at:at] = data[at:until]
            case _:
                data[at:at] = chance.choice(TOKENS)
    return bytes(data)


@pytest.mark.parametrize("name", SEEDS)
def test_spoilt_mail_is_read_without_a_fault(name: str) -> None:
    chance = random.Random(name)
    read(SEEDS[name])
    for _ in range(ROUNDS):
        read(spoilt(SEEDS[name], chance))
