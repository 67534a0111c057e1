CREATE TEMPORARY TABLE records (
  line STRING
) WITH (
  'aws.region' = 'eu-west-1',
  'connector' = 'kinesis',
  'format' = 'raw',
  'source.init.position' = 'TRIM_HORIZON',
  'stream.arn' = 'arn:aws:kinesis:eu-west-1:123456789012:stream/test-transactions'
);
CREATE TEMPORARY TABLE minutes (
  tx_minute STRING,
  total_nb_trx_1min BIGINT,
  total_fee_1min BIGINT,
  avg_fee_1min DOUBLE,
  event_time STRING
) WITH (
  'aws.region' = 'eu-west-1',
  'connector' = 'kinesis',
  'format' = 'json',
  'stream.arn' = 'arn:aws:kinesis:eu-west-1:123456789012:stream/test-minutes'
);
CREATE TEMPORARY TABLE dead_letters (
  reason STRING,
  record STRING
) WITH (
  'aws.region' = 'eu-west-1',
  'connector' = 'kinesis',
  'format' = 'json',
  'stream.arn' = 'arn:aws:kinesis:eu-west-1:123456789012:stream/test-dead-letters'
);
