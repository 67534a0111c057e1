"""The Flink job: tables, and the queries between them. No row passes through Python."""

from pyflink.common import Configuration
from pyflink.datastream import StreamExecutionEnvironment
from pyflink.table import Schema, StatementSet, StreamTableEnvironment, Table, TableResult

from streaming import queries, tables, transactions
from streaming.properties import Properties

SETTINGS = {
    "table.local-time-zone": "UTC",
    # State without a window: which rows were written (if it expires too early, they are written
    # again), and the watermark (it expires only if nothing arrives for so long).
    "table.exec.state.ttl": "1 d",
}


def start(properties: Properties) -> TableResult:
    """Submit the job."""
    return statements(properties).execute()


def statements(properties: Properties) -> StatementSet:
    """Return both INSERTs as one job, which reads the source once; execute or explain it."""
    configuration = Configuration()
    for key, value in (properties.flink or {}).items():
        configuration.set_string(key, value)
    environment = StreamExecutionEnvironment.get_execution_environment(configuration)
    # Otherwise each transaction of an event is passed on with a copy of the whole event.
    environment.get_config().enable_object_reuse()
    flink = StreamTableEnvironment.create(environment)
    for key, value in SETTINGS.items():
        flink.get_config().set(key, value)
    flink.execute_sql(tables.records(properties.source))
    flink.execute_sql(tables.minutes(properties.minutes))
    flink.execute_sql(tables.dead_letters(properties.dead_letters))
    parsed = transactions.parsed(properties.watermark_delay_seconds, environment.get_parallelism())
    flink.create_temporary_view("parsed", _with_event_time(flink, parsed))
    for view in queries.views(properties.allowed_lateness_minutes):
        flink.execute_sql(view)
    inserts = flink.create_statement_set()
    inserts.add_insert_sql(queries.WRITE_MINUTES)
    inserts.add_insert_sql(queries.WRITE_DEAD_LETTERS)
    return inserts


def _with_event_time(flink: StreamTableEnvironment, query: str) -> Table:
    """Return the transactions of a query with their own time as event time.

    SQL can declare event time only on a source, whose records are complete events; hence the
    conversion to a DataStream and back.
    """
    schema = (
        Schema.new_builder()
        .column_by_expression("ts", transactions.EVENT_TIME)
        .watermark("ts", transactions.WATERMARK)
        .build()
    )
    return flink.from_data_stream(flink.to_data_stream(flink.sql_query(query)), schema)
