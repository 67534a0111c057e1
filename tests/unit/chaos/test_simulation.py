from collections import Counter

from chaos.simulation import MAX_SKEW_LINES, disturbed


def test_lines_are_repeated_and_late_but_none_is_lost():
    lines = [b"%06d" % number for number in range(20_000)]
    found = disturbed(lines, 0)
    counts = Counter(found)
    assert set(counts) == set(lines)
    assert 300 < sum(count == 2 for count in counts.values()) < 500
    places = {line: place for place, line in reversed(list(enumerate(found)))}
    delays = [places[line] - number for number, line in enumerate(lines)]
    assert 10 < max(delays) <= MAX_SKEW_LINES + 1000
