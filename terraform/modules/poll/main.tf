# ① poll: one Fargate task reads the source and puts transactions on the bus.

locals {
  name   = "${var.foundation.prefix}-poller"
  health = "/tmp/healthy"

  # Each such period has a poll, and a zero; two without a poll are silence. Two, because EventBridge may send the first
  # zero at once, before the poller runs.
  silence_period = 900 * ceil(var.poller.poll_seconds / 900)

  # Metric without which the poller is stalled.
  life_sign = var.poller.source == "http" ? "Polls" : "TransactionsPublished"

  # Sources without history cannot be backfilled.
  has_history = var.poller.source == "blockchain" || (var.poller.source == "http" && var.poller.backfill.url != null)
  backfill    = local.has_history && var.poller.backfill.hours > 0 ? var.poller.backfill : null
  mapping     = var.poller.source == "http" ? var.poller.mapping : null

  environment = merge(
    {
      EVENT_BUS_NAME   = var.foundation.bus_name
      HEALTH_FILE      = local.health
      METRIC_NAMESPACE = var.foundation.metric_namespace
      POLL_SECONDS     = tostring(var.poller.poll_seconds)
      SOURCE           = var.poller.source
    },
    { for name, value in {
      BACKFILL_ARCHIVE              = local.backfill == null ? null : "s3://${var.foundation.bucket_name}/raw/"
      BACKFILL_HOURS                = one(local.backfill[*].hours)
      BACKFILL_URL                  = one(local.backfill[*].url)
      SIMULATOR_HOURS               = var.poller.simulator.hours
      SIMULATOR_RATE                = var.poller.simulator.rate
      SIMULATOR_REGIME_CHANGE_HOURS = var.poller.simulator.regime_change_hours
      SIMULATOR_SEED                = var.poller.simulator.seed
      SIMULATOR_START               = var.poller.simulator.start
      SOURCE_FILE                   = var.poller.source_file
      SOURCE_ITEMS                  = one(local.mapping[*].items)
      SOURCE_KEY                    = one(local.mapping[*].key)
      SOURCE_NAME                   = one(local.mapping[*].name)
      SOURCE_SCALE                  = one(local.mapping[*].scale)
      SOURCE_TIME                   = one(local.mapping[*].time)
      SOURCE_TIME_UNIT              = one(local.mapping[*].time_unit)
      SOURCE_URL                    = var.poller.source_url
      SOURCE_VALUE                  = one(local.mapping[*].value)
    } : name => tostring(value) if value != null },
  )
}

resource "aws_cloudwatch_log_group" "this" {
  name              = "/ecs/${local.name}"
  kms_key_id        = var.foundation.kms_key_arn
  retention_in_days = var.foundation.log_retention_days
}

resource "aws_ecs_cluster" "this" {
  # checkov:skip=CKV_AWS_65:cost: Container Insights bills its metrics; the poller has its own
  name = local.name

  setting {
    name  = "containerInsights"
    value = "disabled" # one task; the poller has its own metrics
  }
}

resource "aws_ecs_task_definition" "this" {
  # checkov:skip=CKV_AWS_336:Fargate's limit: it has no tmpfs, and the health check reads a file that the poller writes
  family                   = local.name
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = "256"
  memory                   = "512"
  execution_role_arn       = "${var.foundation.arns.iam}:role/${local.name}-execution"
  task_role_arn            = "${var.foundation.arns.iam}:role/${local.name}"

  runtime_platform {
    cpu_architecture        = "ARM64"
    operating_system_family = "LINUX"
  }

  container_definitions = jsonencode([{
    name                   = "poller"
    image                  = var.image
    essential              = true
    readonlyRootFilesystem = false
    environment            = [for name in sort(keys(local.environment)) : { name = name, value = local.environment[name] }]

    healthCheck = {
      command     = ["CMD", "python", "-m", "poller.health"]
      interval    = 30
      retries     = 3
      startPeriod = 60
      timeout     = 5
    }

    logConfiguration = {
      logDriver = "awslogs"
      options = {
        awslogs-group         = aws_cloudwatch_log_group.this.name
        awslogs-region        = var.foundation.region
        awslogs-stream-prefix = "poller"
      }
    }
  }])

  depends_on = [module.execution_role, module.task_role] # named above, so that it is visible that they differ
}

# An order of creation without a dependency of the whole module: its policies stay known at plan.
resource "terraform_data" "receivers" {
  input = var.receivers
}

resource "aws_ecs_service" "this" {
  name            = local.name
  cluster         = aws_ecs_cluster.this.id
  task_definition = aws_ecs_task_definition.this.arn
  desired_count   = var.foundation.paused ? 0 : var.poller.desired_count
  launch_type     = "FARGATE"

  # Two pollers would publish everything twice; backfill closes the gap of a restart.
  deployment_maximum_percent         = 100
  deployment_minimum_healthy_percent = 0

  deployment_circuit_breaker {
    enable   = true
    rollback = true
  }

  network_configuration {
    assign_public_ip = var.network.assign_public_ip
    security_groups  = var.network.security_group_ids
    subnets          = var.network.subnet_ids
  }

  depends_on = [terraform_data.receivers]
}
