"""Number of the alarms of a configuration. Pure."""

from cli.cost.configuration import Configuration

# Of the modules, with alarms; tests/integration/deployed counts them on the local AWS.
FUNCTIONS, BAKE_FUNCTIONS, FLINK_FUNCTIONS, SCALING_FUNCTIONS, SCHEDULE_FUNCTIONS = 12, 2, 1, 1, 1
ALARMS, FLINK_ALARMS, ALARMS_PER_FUNCTION, ALARMS_PER_STAGE = 8, 3, 2, 4
ALARMS_PER_ENDPOINT, SCALING_ALARMS = 2, 2  # of endpoints that always exist; of autoscaling
API_ALARMS = 3  # errors, from two metrics; errors of a version that is released
# Of a tabular model, which has no stages 1 to 3.
TABULAR_FUNCTIONS, TABULAR_ALARMS = 9, 1


def count(config: Configuration) -> int:
    """Return the number of alarms, as they are billed: by their metrics.

    Autoscaling creates two of them.
    """
    per_stage = ALARMS_PER_STAGE + config.compared_features
    of_loop = (FUNCTIONS, ALARMS) if config.model is None else (TABULAR_FUNCTIONS, TABULAR_ALARMS)
    functions, others = of_loop[0], of_loop[1] + per_stage * config.monitored_stages
    others += ALARMS_PER_ENDPOINT * (1 + config.staging_always_on)
    if config.bake_readings:
        functions += BAKE_FUNCTIONS
    if config.api_memory_mb is not None:
        functions, others = functions + 1, others + API_ALARMS
    functions += config.scores_files
    if config.served_share < 1:
        functions += SCHEDULE_FUNCTIONS
    if config.scales:
        functions += SCALING_FUNCTIONS
        others += SCALING_ALARMS
    if config.engine == "flink":
        functions += FLINK_FUNCTIONS
        others += FLINK_ALARMS
    return others + ALARMS_PER_FUNCTION * functions
