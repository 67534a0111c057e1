"""Which `cat` and `dynamic_feat` of the series a model learns from, as in Amazon DeepAR. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from common.errors import bad_value
from sagemaker_pipelines.container.hyperparameters import Hyperparameters
from sagemaker_pipelines.container.series import Series, SeriesError, no_features

IGNORED = ("ignore", "")


@dataclass(frozen=True, slots=True)
class Covariates:
    """The number of categories of each grouping, and of features; None: they are ignored.

    `cat` has the categories of a series that names none.
    """

    cardinality: tuple[int, ...] | None = ()
    num_dynamic_feat: int | None = 0
    cat: tuple[int, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.cardinality or self.num_dynamic_feat)

    def select(self, series: Series, ahead: int = 0) -> Series:
        """Return a series with only what the model learns from; raises SeriesError.

        Its features must go on for `ahead` steps after the target.
        """
        if self.cardinality is None:
            series = replace(series, cat=())
        elif not series.cat:
            series = replace(series, cat=self.cat)
        if self.num_dynamic_feat is None:
            series = replace(series, dynamic_feat=no_features())
        self._check_cat(series.cat)
        self._check_features(series, ahead)
        return series

    def _check_cat(self, cat: tuple[int, ...]) -> None:
        sizes = self.cardinality or ()
        if len(cat) != len(sizes):
            raise SeriesError(bad_value("cat", list(cat), _as_many(len(sizes), "categories")))
        for number, (found, size) in enumerate(zip(cat, sizes, strict=True)):
            if found >= size:
                raise SeriesError(bad_value(f"cat.{number}", found, f"0 to {size - 1}"))

    def _check_features(self, series: Series, ahead: int) -> None:
        expected = self.num_dynamic_feat or 0
        found, length = series.dynamic_feat.shape
        if found != expected:
            wanted = _as_many(expected, "lists")
            raise SeriesError(bad_value("dynamic_feat", f"{found} lists", wanted))
        if expected and length != (steps := len(series.target) + ahead):
            wanted = f"{steps}, the length of target" + (f" + {ahead}" if ahead else "")
            raise SeriesError(bad_value("dynamic_feat: length", length, wanted))


def resolve(parameters: Hyperparameters, series: Sequence[Series]) -> Covariates:
    """Return the covariates of a training; `auto` takes them from its series."""
    cardinality, features = parameters.cardinality, parameters.num_dynamic_feat
    if cardinality == "auto":
        given = [one.cat for one in series if one.cat]
        groupings = len(given[0]) if given else 0
        known = [cat for cat in given if len(cat) == groupings]  # select() refuses the others
        cardinality = tuple(max(column) + 1 for column in zip(*known, strict=True))
    if features == "auto":
        features = max((len(one.dynamic_feat) for one in series), default=0)
    return Covariates(
        None if isinstance(cardinality, str) else cardinality,
        None if isinstance(features, str) else features,
    )


def _as_many(count: int, what: str) -> str:
    return f"{count} {what}, as in the training" if count else f"no {what}, as in the training"
