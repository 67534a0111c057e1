"""SageMaker of one account, as far as the deployment and its end need it."""

from datetime import UTC, datetime

from tests.support.aws_calls import CallError

ARN = "arn:aws:sagemaker:eu-west-1:123456789012"
THEN = datetime(2024, 10, 10, tzinfo=UTC)


class Account:
    def __init__(self):
        self.models, self.configs, self.endpoints = {}, {}, {}
        self.packages, self.executions = {}, []
        self.updates, self.scalable, self.policies = [], {}, {}
        self.alarms = {"test-production-5xx": "OK", "test-production-loss": "OK"}

    def operations(self):
        return {
            "".join(map(str.capitalize, name.split("_"))): getattr(self, name)
            for name in dir(self)
            if name.split("_")[0] in {"create", "delete", "describe", "list", "stop", "update"}
        }

    def scaling_operations(self):
        return {
            "RegisterScalableTarget": lambda **request: self._scale(self.scalable, request),
            "PutScalingPolicy": lambda **request: self._scale(self.policies, request),
            "DeregisterScalableTarget": self._deregister,
        }

    def _scale(self, kind, request):
        kind[request["ResourceId"]] = request
        return {"PolicyARN": "arn:policy", "Alarms": []} if kind is self.policies else {}

    def _deregister(self, **request):
        if request["ResourceId"] not in self.scalable:
            raise CallError("ObjectNotFoundException", "No scalable target found")
        del self.scalable[request["ResourceId"]]

    def describe_alarms(self, AlarmNames):  # noqa: N803
        found = [name for name in AlarmNames if name in self.alarms]
        return {"MetricAlarms": [{"AlarmName": n, "StateValue": self.alarms[n]} for n in found]}

    def create_model(self, **request):
        self._new(self.models, request["ModelName"], request)
        return {"ModelArn": f"{ARN}:model/{request['ModelName']}"}

    def describe_model(self, ModelName):  # noqa: N803
        found = self._find(self.models, ModelName)
        shown = {k: v for k, v in found.items() if k != "Tags"}
        return {**shown, "ModelArn": f"{ARN}:model/{ModelName}", "CreationTime": THEN}

    def list_models(self, NameContains):  # noqa: N803
        found = [name for name in self.models if NameContains in name]
        about = {"ModelArn": f"{ARN}:model/x", "CreationTime": THEN}
        return {"Models": [{"ModelName": name, **about} for name in found]}

    def delete_model(self, ModelName):  # noqa: N803
        self._find(self.models, ModelName)
        del self.models[ModelName]

    def create_endpoint_config(self, **request):
        self._new(self.configs, request["EndpointConfigName"], request)
        return {"EndpointConfigArn": f"{ARN}:endpoint-config/x"}

    def describe_endpoint_config(self, EndpointConfigName):  # noqa: N803
        found = self._find(self.configs, EndpointConfigName)
        shown = {k: v for k, v in found.items() if k != "Tags"}
        return {**shown, "EndpointConfigArn": f"{ARN}:endpoint-config/x", "CreationTime": THEN}

    def list_endpoint_configs(self, NameContains):  # noqa: N803
        found = [name for name in self.configs if NameContains in name]
        about = {"EndpointConfigArn": f"{ARN}:endpoint-config/x", "CreationTime": THEN}
        return {"EndpointConfigs": [{"EndpointConfigName": name, **about} for name in found]}

    def delete_endpoint_config(self, EndpointConfigName):  # noqa: N803
        if EndpointConfigName in {item["EndpointConfigName"] for item in self.endpoints.values()}:
            raise CallError("ValidationException", "in use")
        self._find(self.configs, EndpointConfigName)
        del self.configs[EndpointConfigName]

    def create_endpoint(self, EndpointName, EndpointConfigName, Tags=()):  # noqa: N803
        self._find(self.configs, EndpointConfigName)
        made = {"EndpointConfigName": EndpointConfigName, "EndpointStatus": "Creating"}
        self._new(self.endpoints, EndpointName, made)
        return {"EndpointArn": f"{ARN}:endpoint/{EndpointName}"}

    def update_endpoint(self, EndpointName, EndpointConfigName, **more):  # noqa: N803
        names = {"EndpointName": EndpointName, "EndpointConfigName": EndpointConfigName}
        self.updates.append(names | more)
        self._find(self.configs, EndpointConfigName)
        found = self._find(self.endpoints, EndpointName)
        if found["EndpointStatus"] != "InService":
            raise CallError("ValidationException", "Cannot update in-progress endpoint")
        summary = {"EndpointConfigName": EndpointConfigName}
        found |= {"EndpointStatus": "Updating", "PendingDeploymentSummary": summary}
        return {"EndpointArn": f"{ARN}:endpoint/{EndpointName}"}

    def describe_endpoint(self, EndpointName):  # noqa: N803
        found = self._find(self.endpoints, EndpointName)
        times = {"CreationTime": THEN, "LastModifiedTime": THEN}
        arn = f"{ARN}:endpoint/{EndpointName}"
        return {"EndpointName": EndpointName, "EndpointArn": arn, **times, **found}

    def list_endpoints(self, NameContains):  # noqa: N803
        about = {
            "EndpointArn": f"{ARN}:endpoint/x",
            "CreationTime": THEN,
            "LastModifiedTime": THEN,
        }
        found = [
            {"EndpointName": name, "EndpointStatus": item["EndpointStatus"], **about}
            for name, item in self.endpoints.items()
            if NameContains in name
        ]
        return {"Endpoints": found}

    def delete_endpoint(self, EndpointName):  # noqa: N803
        found = self._find(self.endpoints, EndpointName)
        if found["EndpointStatus"] in {"Creating", "Updating"}:
            raise CallError("ValidationException", "Cannot update in-progress endpoint")
        del self.endpoints[EndpointName]

    def list_model_packages(self, ModelPackageGroupName):  # noqa: N803
        about = {"CreationTime": THEN, "ModelPackageStatus": "Completed"}
        return {
            "ModelPackageSummaryList": [
                {"ModelPackageArn": arn, **about}
                for arn, group in self.packages.items()
                if group == ModelPackageGroupName
            ]
        }

    def describe_model_package(self, ModelPackageName):  # noqa: N803
        status = "PendingManualApproval" if ModelPackageName.endswith("/9") else "Approved"
        return {
            "ModelPackageName": "test-models",
            "ModelPackageArn": ModelPackageName,
            "CreationTime": THEN,
            "ModelPackageStatus": "Completed",
            "ModelPackageStatusDetails": {"ValidationStatuses": []},
            "ModelApprovalStatus": status,
        }

    def delete_model_package(self, ModelPackageName):  # noqa: N803
        self._find(self.packages, ModelPackageName)
        del self.packages[ModelPackageName]

    def list_pipeline_executions(self, PipelineName, **_):  # noqa: N803
        return {"PipelineExecutionSummaries": [{"StartTime": THEN} | e for e in self.executions]}

    def stop_pipeline_execution(self, PipelineExecutionArn, ClientRequestToken):  # noqa: N803
        for item in self.executions:
            if item["PipelineExecutionArn"] == PipelineExecutionArn:
                item["PipelineExecutionStatus"] = "Stopped"
        return {"PipelineExecutionArn": PipelineExecutionArn}

    def _new(self, kind, name, request):
        if name in kind:
            raise CallError("ValidationException", f'Cannot create already existing "{name}".')
        kind[name] = request

    def _find(self, kind, name):
        if name not in kind:
            raise CallError("ValidationException", f'Could not find "{name}".')
        return kind[name]
