"""The format of error messages about invalid values. Pure."""


def bad_value(name: str, value: object, expected: str) -> str:
    """Return "NAME: got VALUE, expected ..."."""
    return f"{name}: got {shown(value)}, expected {expected}"


def shown(value: object) -> str:
    """Return a value as ASCII text of at most 100 characters; containers by size only."""
    if type(value) is int and value.bit_length() > 256:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, dict | list):
        return f"a {type(value).__name__} of {len(value)}"
    return ascii(value)[:100]
