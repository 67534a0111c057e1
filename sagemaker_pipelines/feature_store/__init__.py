"""③ The one reader of minutes, online and offline, and the merging of the offline store's files.

Training, compaction and command line read by it; it needs boto3 and pyarrow only.
"""
