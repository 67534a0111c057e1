"""A minute as the set of its (transaction hash, fee in satoshi). Pure.

A union of sets does not depend on order or repetition, so neither does a row computed from it.
"""

from collections.abc import Mapping, Set

MinuteSet = Set[tuple[str, int]]
Columns = tuple[list[str], list[int]]  # hashes, and the fee of each

# Usually no hash has two fees. The set is then the items view of a dict, which is several times
# faster to build, count and sum than a set of tuples.
DictItems = type({"": 0}.items())


def minute_set(hashes: list[str], fees: list[int]) -> MinuteSet:
    """Return the set of (hashes[k], fees[k]); they may repeat."""
    fee_per_hash = dict(zip(hashes, fees, strict=True))
    if len(fee_per_hash) < len(hashes) and [fee_per_hash[name] for name in hashes] != fees:
        return set(zip(hashes, fees, strict=True))
    return fee_per_hash.items()


def lowest_fee_per_hash(members: MinuteSet) -> Mapping[str, int]:
    """Return the lowest fee of each hash."""
    if isinstance(members, DictItems):
        return members.mapping
    return dict(sorted(members, reverse=True))  # of equal hashes the last one stays
