"""JSON values that are transactions, or nearly: for every implementation of the rule."""

NOON = 1728561600  # 2024-10-10T12:00:00Z
VALID = {"hash": "ab" * 32, "time": NOON, "fee": 10, "size": 250}
END_OF_TIME = 253_402_300_740  # the last minute that ends before the year 10000
MAX_FEE = 2_100_000_000_000_000

# (name, value, whether it is valid). Numbers fit into 64 bits: SQL engines have no larger ones.
CASES = [
    ("valid", VALID, True),
    ("no size", {"hash": "a", "time": NOON, "fee": 1}, True),
    ("empty hash", VALID | {"hash": ""}, True),
    ("all bitcoin", VALID | {"fee": MAX_FEE}, True),
    ("more than all bitcoin", VALID | {"fee": MAX_FEE + 1}, False),
    ("fee of 18 digits", VALID | {"fee": 10**18 - 1}, False),
    ("fee 0", VALID | {"fee": 0}, True),
    ("time 0", VALID | {"time": 0}, True),
    ("last second", VALID | {"time": END_OF_TIME - 1}, True),
    ("nested members", VALID | {"inputs": [{"fee": "x"}], "out": {"hash": 5}}, True),
    ("number", 1, False),
    ("null", None, False),
    ("text", "hash", False),
    ("list", [], False),
    ("empty object", {}, False),
    ("no hash", {"time": NOON, "fee": 1}, False),
    ("no fee", {"hash": "a", "time": NOON}, False),
    ("no time", {"hash": "a", "fee": 1}, False),
    ("hash null", VALID | {"hash": None}, False),
    ("hash number", VALID | {"hash": 5}, False),
    ("hash list", VALID | {"hash": ["a"]}, False),
    ("fee text", VALID | {"fee": "10"}, False),
    ("fee float", VALID | {"fee": 10.0}, False),
    ("fee true", VALID | {"fee": True}, False),
    ("fee negative", VALID | {"fee": -1}, False),
    ("fee list", VALID | {"fee": [1]}, False),
    ("fee object", VALID | {"fee": {"fee": 1}}, False),
    ("time text", VALID | {"time": str(NOON)}, False),
    ("time float", VALID | {"time": NOON + 0.5}, False),
    ("time true", VALID | {"time": True}, False),
    ("time negative", VALID | {"time": -1}, False),
    ("the minute that ends in the year 10000", VALID | {"time": END_OF_TIME}, False),
    ("milliseconds", VALID | {"time": NOON * 1000}, False),
]
