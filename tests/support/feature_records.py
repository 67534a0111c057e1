"""Records of Feature Store as dictionaries, and responses of BatchGetRecord."""


def to_record(values):
    return [{"FeatureName": name, "ValueAsString": value} for name, value in values.items()]


def to_values(record):
    return {feature["FeatureName"]: feature["ValueAsString"] for feature in record}


def batch_response(group, rows, unprocessed=()):
    """Return the response of BatchGetRecord with these rows (values by feature name)."""
    records = [
        {
            "FeatureGroupName": group,
            "RecordIdentifierValueAsString": row["tx_minute"],
            "Record": to_record(row),
        }
        for row in rows
    ]
    return {"Records": records, "Errors": [], "UnprocessedIdentifiers": list(unprocessed)}
