"""What the training pipeline can be told. Terraform sets the defaults by name."""

from sagemaker_pipelines.definition import Parameter

REASON = Parameter("Reason", "manual")
END_TIME = Parameter("EndTime")  # ISO UTC; "now" of the run: history ends there

HISTORY_HOURS = Parameter("HistoryHours", "30")
MINIMUM_MINUTES = Parameter("MinimumMinutes", "300")
BACKTEST_WINDOWS = Parameter("BacktestWindows", "24")
# Minutes of history in a forecast request; the monitor sends as many, so both measure the same.
REQUEST_MINUTES = Parameter("RequestMinutes", "270")

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
TRAINING_IMAGE = Parameter("TrainingImage")
PROCESSING_IMAGE = Parameter("ProcessingImage")
TRAINING_INSTANCE_TYPE = Parameter("TrainingInstanceType", "ml.c5.xlarge")
PROCESSING_INSTANCE_TYPE = Parameter("ProcessingInstanceType", "ml.m5.large")

# In the order in which a reader of the console sees them.
ALL = [value for value in list(globals().values()) if isinstance(value, Parameter)]
