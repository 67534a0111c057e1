"""Damaged gzip objects."""

import gzip
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common import gzip_lines

DICE = random.Random(1)
LINES = [b"%d %d" % (n, DICE.getrandbits(64)) for n in range(2000)]
WHOLE = gzip.compress(b"\n".join(LINES) + b"\n")


def test_whole_object_has_no_damage():
    assert gzip_lines.read(WHOLE) == (LINES, None)
    assert gzip_lines.read(WHOLE + WHOLE + b"\0" * 9) == (LINES + LINES, None)


@given(st.integers(0, len(WHOLE) - 1))
def test_cut_object_has_complete_lines_from_the_beginning(length):
    found, damage = gzip_lines.read(WHOLE[:length])
    assert damage or length == 0
    assert found == LINES[: len(found)]
    assert len(found) >= len(LINES) * (length - 1000) / len(WHOLE)


def test_second_member_that_is_cut_keeps_the_first():
    found, damage = gzip_lines.read(WHOLE + WHOLE[:2000])
    assert damage
    assert found[: len(LINES)] == LINES
    assert found[len(LINES) :] == LINES[: len(found) - len(LINES)]


def test_member_with_a_wrong_checksum_has_no_lines():
    wrong = bytearray(WHOLE)
    wrong[-6] ^= 1
    found, damage = gzip_lines.read(bytes(wrong))
    assert (found, "CRC" in damage or "check" in damage) == ([], True)
    assert gzip_lines.read(WHOLE + bytes(wrong))[0] == LINES


def test_something_after_the_members_is_a_damage():
    found, damage = gzip_lines.read(WHOLE + b"something")
    assert (found, damage is not None) == (LINES, True)


@pytest.mark.parametrize("body", [b"no", b"\x1f\x8b", b"\x1f\x8b\x08", b"{}\n" * 500])
def test_other_content_has_no_lines(body):
    found, damage = gzip_lines.read(body)
    assert (found, damage is not None) == ([], True)


@given(st.binary(max_size=500))
def test_any_content_is_read(body):
    gzip_lines.read(body)
    gzip_lines.read(WHOLE[:100] + body)
