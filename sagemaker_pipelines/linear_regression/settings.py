"""Training of the linear regression: the diabetes data of scikit-learn, its last rows held out."""

from sagemaker_pipelines.tabular.settings import Settings
from sagemaker_pipelines.tabular.splits import LastRows

BODY_MASS_INDEX = 2  # position in the diabetes data (Efron et al., 2004)


def diabetes() -> list[list[str]]:
    """Return body mass index and disease progression of 442 patients."""
    # Half a second, which only the training needs.
    from sklearn.datasets import load_diabetes  # noqa: PLC0415

    data = load_diabetes()
    pairs = zip(data.data[:, BODY_MASS_INDEX].tolist(), data.target.tolist(), strict=True)
    return [[repr(x), repr(y)] for x, y in pairs]


SETTINGS = Settings(
    split=LastRows(20),
    gate="r2>=0.2",
    rows_per_window=1,
    hyperparameters={"steps": "15001"},
    sample=diabetes,
)
