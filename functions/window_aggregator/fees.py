"""What is said about a minute: the set of its (transaction hash, fee in satoshi). Pure.

Union of sets does not depend on order or repetition, so neither does anything that is made of it.
"""

from collections.abc import Mapping, Set

Fees = Set[tuple[str, int]]
Columns = tuple[list[str], list[int]]  # hashes, and the fee of each

# Usually no hash has two fees. Then the set is the view of a dict's items: made, counted and added
# up several times as fast as a set of tuples.
Items = type({"": 0}.items())


def of(names: list[str], values: list[int]) -> Fees:
    """Return the set of (names[k], values[k]); they may repeat themselves."""
    one_each = dict(zip(names, values, strict=True))
    if len(one_each) < len(names) and [one_each[name] for name in names] != values:
        return set(zip(names, values, strict=True))
    return one_each.items()


def smallest(fees: Fees) -> Mapping[str, int]:
    """Return the fee of each hash; of several the smallest."""
    if isinstance(fees, Items):
        return fees.mapping
    return dict(sorted(fees, reverse=True))  # of equal hashes the last stays
