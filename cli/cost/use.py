"""One line of the estimate: a quantity of something that has a price. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

HOURS = 730  # per month
DAYS = HOURS / 24
MINUTES = HOURS * 60
SECONDS = HOURS * 3600
GB = 1e9


@dataclass(frozen=True, slots=True)
class Use:
    """A quantity per month; its price is that with this name in prices.json."""

    service: str
    item: str
    quantity: float
    price: str

    def usd(self, prices: Mapping[str, float]) -> float | None:
        """Return the cost per month, None if the price is unknown."""
        price = prices.get(self.price)
        return None if price is None else self.quantity * price


def by_service(uses: Iterable[Use], prices: Mapping[str, float]) -> dict[str, float]:
    """Return the cost per month by service, without uses of unknown price."""
    total: dict[str, float] = {}
    for use in uses:
        total[use.service] = total.get(use.service, 0.0) + (use.usd(prices) or 0.0)
    return total
