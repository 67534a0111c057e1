"""What reaches the topic of alerts, as models with only the fields that are read.

Alarms, events of EventBridge, CodeDeploy's notifications, and the text of AWS Budgets.
"""

import json
from typing import Annotated, Any

from pydantic import Field, ValidationError

from common.events import Event, Time

Detail = dict[str, Any]


class Alarm(Event):
    """A change of state of a CloudWatch alarm."""

    name: str = Field(alias="AlarmName")
    description: str = Field("", alias="AlarmDescription")
    state: str = Field(alias="NewStateValue")
    previous: str = Field(alias="OldStateValue")
    reason: str = Field(alias="NewStateReason")
    time: Time = Field(alias="StateChangeTime")


class LoopEvent(Event):
    """An event of EventBridge: a decision of the loop, or of a job that failed."""

    kind: str = Field(alias="detail-type")
    time: Time
    detail: Detail


class Release(Event):
    """The end of a deployment of CodeDeploy."""

    application: str = Field(alias="applicationName")
    deployment: str = Field(alias="deploymentId")
    status: str
    error: str = Field("", alias="errorInformation")


class Text(Event):
    """A text, such as a notification of AWS Budgets."""

    subject: str
    text: str


Alert = Alarm | LoopEvent | Release | Text
# The field by which each form is known.
FORMS: dict[str, type[Alarm | LoopEvent | Release]] = {
    "AlarmName": Alarm,
    "detail-type": LoopEvent,
    "deploymentId": Release,
}


class Notification(Event):
    """The part of SNS's event that is read: one message."""

    text: str = Field(alias="Message")
    subject: str | None = Field(None, alias="Subject")
    time: Time = Field(alias="Timestamp")

    def alert(self) -> Alert:
        """Return the alert in the message; one without a known form is passed on as it is."""
        unknown = Text(subject=self.subject or "Alert", text=self.text)
        try:
            document = json.loads(self.text)
            form = next((form for name, form in FORMS.items() if name in document), None)
            return form.model_validate(document) if form else unknown
        except (TypeError, ValueError, ValidationError):  # no alert is lost
            return unknown


class Record(Event):
    """A record of SNS's event."""

    notification: Notification = Field(alias="Sns")


class Delivery(Event):
    """SNS's event: its only record."""

    records: Annotated[list[Record], Field(alias="Records", min_length=1, max_length=1)]

    @property
    def notification(self) -> Notification:
        """The message."""
        return self.records[0].notification
