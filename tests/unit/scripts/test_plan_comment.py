from scripts.deploy import plan_comment

CHANGES = {
    "aws_s3_bucket.data": ["delete", "create"],
    "aws_sqs_queue.this": ["delete"],
    "aws_lambda_function.this": ["update"],
    "aws_sns_topic.this": ["create"],
    "aws_ssm_parameter.this": ["create"],
}


def test_what_is_lost_is_named_first():
    assert plan_comment.summary(CHANGES) == (
        "1 changed, 2 created, 1 deleted, 1 replaced.\n"
        "- `aws_s3_bucket.data` is **replaced**\n"
        "- `aws_sqs_queue.this` is **deleted**"
    )


def test_empty_plan_says_so():
    assert plan_comment.summary({}) == "Nothing changes."


def test_comment_fits_and_cannot_be_left_by_a_value():
    text = "```\n<script>\n" + "x" * 100_000
    comment = plan_comment.comment("account 1", CHANGES, text, "abc")
    assert len(comment) < 65_536
    assert comment.count("\n````\n") == 2
    assert "[…] the rest is in the log of the job" in comment
    assert "Fingerprint: `abc`" in comment
