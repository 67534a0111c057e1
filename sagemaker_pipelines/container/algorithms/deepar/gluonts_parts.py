"""GluonTS's network and distributions, imported without the rest of GluonTS.

Its packages import all of its models, Lightning and TorchMetrics: two seconds of every training.
Its distributions import scipy.stats, half a second, for quantiles that no training needs.
"""

import importlib.machinery
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType

import gluonts

PACKAGES = ("gluonts.torch", "gluonts.torch.model", "gluonts.torch.model.deepar")
STATISTICS = "scipy.stats"


@contextmanager
def _empty_packages() -> Iterator[None]:
    """Let the modules of the packages be imported, but not what the packages themselves import.

    Does nothing where a package is imported already; afterwards they can be imported as usual.
    """
    if PACKAGES[0] in sys.modules:
        yield
        return
    path = gluonts.__path__
    for name in PACKAGES:
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is None or spec.submodule_search_locations is None:
            raise ImportError(f"{name}: expected a package of GluonTS")
        package = ModuleType(name)
        package.__path__ = path = [*spec.submodule_search_locations]
        package.__spec__ = spec
        sys.modules[name] = package
    try:
        yield
    finally:
        for name in PACKAGES:
            del sys.modules[name]


@contextmanager
def _no_statistics() -> Iterator[None]:
    """Let scipy.stats be imported without its content, unless it is imported already."""
    if STATISTICS in sys.modules:
        yield
        return
    sys.modules[STATISTICS] = module = ModuleType(STATISTICS)
    vars(module).update(nbinom=None, t=None)
    try:
        yield
    finally:
        del sys.modules[STATISTICS]


with _empty_packages(), _no_statistics():
    from gluonts.torch.distributions import NegativeBinomialOutput, NormalOutput, StudentTOutput
    from gluonts.torch.model.deepar.module import DeepARModel

__all__ = ["DeepARModel", "NegativeBinomialOutput", "NormalOutput", "StudentTOutput"]
