"""GluonTS's DeepAR network with the hyperparameters of Amazon DeepAR."""

from collections.abc import Sequence

from gluonts.time_feature import get_lags_for_frequency

from sagemaker_pipelines.container.algorithms.deepar.features import Inputs
from sagemaker_pipelines.container.algorithms.deepar.gluonts_parts import DeepARModel
from sagemaker_pipelines.container.algorithms.deepar.hyperparameters import Hyperparameters
from sagemaker_pipelines.container.algorithms.deepar.outputs import OUTPUTS


def build(
    parameters: Hyperparameters, inputs: Inputs, cardinality: Sequence[int] = ()
) -> DeepARModel:
    """Return an untrained network, with an embedding for each of the groupings."""
    minutes = parameters.step_seconds // 60
    return DeepARModel(
        freq=f"{minutes}min",
        lags_seq=get_lags_for_frequency(f"{minutes}min"),
        context_length=parameters.context_length,
        prediction_length=parameters.prediction_length,
        num_feat_dynamic_real=1 + 2 * len(inputs.cycles) + len(inputs.centers),
        # GluonTS requires a grouping.
        num_feat_static_cat=len(cardinality) or 1,
        cardinality=list(cardinality) or [1],
        embedding_dimension=[parameters.embedding_dimension] * len(cardinality) or [1],
        num_layers=parameters.num_layers,
        hidden_size=parameters.num_cells,
        dropout_rate=parameters.dropout_rate if parameters.num_layers > 1 else 0.0,
        distr_output=OUTPUTS[parameters.likelihood](),
        default_scale=1.0,
    )
