"""Parameters of the training pipeline. Terraform sets their defaults by name."""

from sagemaker_pipelines.dsl import Parameter

REASON = Parameter("Reason", "manual")
TRIGGER = Parameter("Trigger", "console")  # kind of the event that requested the training
END_TIME = Parameter("EndTime")  # ISO 8601, UTC: "now" of the execution, the end of the history

CANDIDATES = Parameter("Candidates", "deepar,ensemble,ensemble_recent,gradient_boosting_recent")
HISTORY_HOURS = Parameter("HistoryHours", "48")
BASELINE_DAYS = Parameter("BaselineDays", "7")  # of features that monitoring compares with
MINIMUM_MINUTES = Parameter("MinimumMinutes", "445")
# The monitor requests forecasts with the same history, lag and number of samples.
REQUEST_MINUTES = Parameter("RequestMinutes", "270")
LAG_MINUTES = Parameter("LagMinutes", "5")
FORECAST_SAMPLES = Parameter("ForecastSamples", "200")
# Of the bias report: evaluation_reports/groups.py.
BIAS_GROUPS = Parameter("BiasGroups", "hour_of_day;weekday;step:10,20")

CONTEXT_LENGTH = Parameter("ContextLength", "60")
PREDICTION_LENGTH = Parameter("PredictionLength", "30")
EPOCHS = Parameter("Epochs", "40")
LEARNING_RATE = Parameter("LearningRate", "0.005")
MINI_BATCH_SIZE = Parameter("MiniBatchSize", "32")
NUM_CELLS = Parameter("NumCells", "40")
NUM_LAYERS = Parameter("NumLayers", "1")
DROPOUT_RATE = Parameter("DropoutRate", "0.1")
LIKELIHOOD = Parameter("Likelihood", "student-T")
EARLY_STOPPING_PATIENCE = Parameter("EarlyStoppingPatience", "10")

ROLE_ARN = Parameter("RoleArn")
KMS_KEY_ID = Parameter("KmsKeyId")
BUCKET = Parameter("Bucket")
PREFIX = Parameter("Prefix")
EVENT_BUS_NAME = Parameter("EventBusName")
FEATURE_GROUP_NAME = Parameter("FeatureGroupName")
MODEL_PACKAGE_GROUP_NAME = Parameter("ModelPackageGroupName")
TRACKING_URI = Parameter("TrackingUri", "none")  # MLflow's; none: only the record in S3
TRAINING_IMAGE = Parameter("TrainingImage")
PROCESSING_IMAGE = Parameter("ProcessingImage")
TRAINING_INSTANCE_TYPE = Parameter("TrainingInstanceType", "ml.c5.xlarge")
PROCESSING_INSTANCE_TYPE = Parameter("ProcessingInstanceType", "ml.m5.large")

# In the order in which the console shows them.
ALL = [value for value in list(globals().values()) if isinstance(value, Parameter)]
