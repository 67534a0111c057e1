"""The job: tables, queries and how they are joined. No row passes through Python."""

from pyflink.common import Configuration
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import Schema, StatementSet, StreamTableEnvironment, Table, TableResult

from streaming import queries, tables
from streaming.properties import Properties

SETTINGS = {
    "table.local-time-zone": "UTC",
    # What has no window to end with: that a row was written (forgotten too soon, it is written
    # again), and the watermark (forgotten only when nothing comes for so long).
    "table.exec.state.ttl": "1 d",
}


def start(properties: Properties) -> TableResult:
    """Submit the job."""
    return statements(properties).execute()


def statements(properties: Properties) -> StatementSet:
    """Return both INSERTs, to be executed or explained as one job that reads the source once."""
    configuration = Configuration()
    for key, value in (properties.flink or {}).items():
        configuration.set_string(key, value)
    environment = StreamExecutionEnvironment.get_execution_environment(configuration)
    # Else each transaction of an event is handed on with a copy of the whole event.
    environment.get_config().enable_object_reuse()
    flink = StreamTableEnvironment.create(environment)
    for key, value in SETTINGS.items():
        flink.get_config().set(key, value)
    flink.execute_sql(tables.records(properties.source))
    flink.execute_sql(tables.minutes(properties.minutes))
    flink.execute_sql(tables.dead_letters(properties.dead_letters))
    flink.create_temporary_view("transactions", _transactions(flink, properties))
    for view in queries.views(properties.allowed_lateness_minutes):
        flink.execute_sql(view)
    both = flink.create_statement_set()
    both.add_insert_sql(queries.WRITE_MINUTES)
    both.add_insert_sql(queries.WRITE_DEAD_LETTERS)
    return both


def _transactions(flink: StreamTableEnvironment, properties: Properties) -> Table:
    """Return the transactions with their own time as event time.

    SQL declares that on a source only, whose records are whole events: hence out and in again.
    """
    query = queries.transactions(
        properties.watermark_delay_seconds, properties.allowed_lateness_minutes
    )
    schema = (
        Schema.new_builder()
        .column_by_expression("ts", queries.EVENT_TIME)
        .watermark("ts", queries.WATERMARK)
        .build()
    )
    return flink.from_data_stream(flink.to_data_stream(flink.sql_query(query)), schema)
