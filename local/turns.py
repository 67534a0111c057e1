"""Who gets the next request, in proportion to weights. Pure.

On AWS each request is drawn at random; here the turns are spread evenly (smooth weighted round
robin), so that n requests are split exactly, within one request.
"""

from collections.abc import Mapping


class WeightedTurns:
    """Turns of names in proportion to their weights, which may change between turns."""

    def __init__(self) -> None:
        self._credits: dict[str, float] = {}

    def next(self, weights: Mapping[str, float]) -> str:
        """Return whose turn it is; at least one weight must be above 0."""
        positive = {name: weight for name, weight in weights.items() if weight > 0}
        found = {name: self._credits.get(name, 0.0) + w for name, w in positive.items()}
        chosen = max(found, key=lambda name: found[name])
        found[chosen] -= sum(positive.values())
        self._credits = found
        return chosen
