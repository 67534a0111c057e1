"""Training of the abalone model: 80 % of the rows train, 15 % validate, 5 % test."""

from sagemaker_pipelines.tabular.settings import Settings
from sagemaker_pipelines.tabular.splits import Shares

SETTINGS = Settings(
    split=Shares(train=0.80, validation=0.15),
    gate="rmse<=2.4",
    rows_per_window=10,
    hyperparameters={
        "l2_regularization": "0",
        "learning_rate": "0.06",
        "max_iter": "150",
        "max_leaf_nodes": "15",
    },
)
