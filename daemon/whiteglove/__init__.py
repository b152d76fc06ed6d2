"""whiteglove: every client knows when they will hear next, and the person doing the work is not interrupted to say so.

This is the one import of a plugin's author: `from whiteglove import hookimpl, Reply, …`. Names are resolved when they
are first used, since importing any part of the package runs this file.

Reading order of the source: `message`, `events`, `actions` (the words), then `intake`, `desk`, `outbox` (the route of a
message), then whatever they call.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from whiteglove.actions import Action as Action
    from whiteglove.actions import Actions as Actions
    from whiteglove.actions import Approve as Approve
    from whiteglove.actions import Drop as Drop
    from whiteglove.actions import Forget as Forget
    from whiteglove.actions import Hold as Hold
    from whiteglove.actions import KeepPromise as KeepPromise
    from whiteglove.actions import Note as Note
    from whiteglove.actions import OpenIncident as OpenIncident
    from whiteglove.actions import Remember as Remember
    from whiteglove.actions import Reply as Reply
    from whiteglove.actions import SendSummary as SendSummary
    from whiteglove.actions import UpdateIncident as UpdateIncident
    from whiteglove.actions import Verdict as Verdict
    from whiteglove.actions import Warn as Warn
    from whiteglove.clients import Client as Client
    from whiteglove.clients import Limit as Limit
    from whiteglove.clients import Person as Person
    from whiteglove.clients import Project as Project
    from whiteglove.events import ContactExceeded as ContactExceeded
    from whiteglove.events import Event as Event
    from whiteglove.events import IncidentOpened as IncidentOpened
    from whiteglove.events import IncidentResolved as IncidentResolved
    from whiteglove.events import IncidentUpdated as IncidentUpdated
    from whiteglove.events import MailBounced as MailBounced
    from whiteglove.events import MailFailed as MailFailed
    from whiteglove.events import MailSent as MailSent
    from whiteglove.events import MessageReceived as MessageReceived
    from whiteglove.events import ObligationAnswered as ObligationAnswered
    from whiteglove.events import ObligationOpened as ObligationOpened
    from whiteglove.events import ObligationOverdue as ObligationOverdue
    from whiteglove.events import OwnerSent as OwnerSent
    from whiteglove.events import PromiseBroken as PromiseBroken
    from whiteglove.events import PromiseDue as PromiseDue
    from whiteglove.events import PromiseKept as PromiseKept
    from whiteglove.events import PromiseLate as PromiseLate
    from whiteglove.events import ScheduleFired as ScheduleFired
    from whiteglove.events import WarningRaised as WarningRaised
    from whiteglove.hookspecs import Context as Context
    from whiteglove.hookspecs import PluginInfo as PluginInfo
    from whiteglove.hookspecs import PluginSettings as PluginSettings
    from whiteglove.hookspecs import Schedule as Schedule
    from whiteglove.hookspecs import hookimpl as hookimpl
    from whiteglove.ledger import Incident as Incident
    from whiteglove.ledger import IncidentKind as IncidentKind
    from whiteglove.ledger import IncidentState as IncidentState
    from whiteglove.ledger import Mail as Mail
    from whiteglove.ledger import MailState as MailState
    from whiteglove.ledger import Obligation as Obligation
    from whiteglove.ledger import ObligationState as ObligationState
    from whiteglove.ledger import Promise as Promise
    from whiteglove.ledger import PromiseKind as PromiseKind
    from whiteglove.ledger import PromiseState as PromiseState
    from whiteglove.message import Address as Address
    from whiteglove.message import Classification as Classification
    from whiteglove.message import Guess as Guess
    from whiteglove.message import Kind as Kind
    from whiteglove.message import RecordedMessage as RecordedMessage
    from whiteglove.sections import Day as Day
    from whiteglove.sections import Item as Item
    from whiteglove.sections import Mark as Mark
    from whiteglove.sections import Place as Place
    from whiteglove.sections import Section as Section
    from whiteglove.setting_types import Duration as Duration
    from whiteglove.setting_types import TimeOfDay as TimeOfDay
    from whiteglove.setting_types import Weekday as Weekday

__version__ = "0.1.0"

_HOME = {
    "actions": "Action Actions Approve Drop Forget Hold KeepPromise Note OpenIncident Remember Reply SendSummary "
    "UpdateIncident Verdict Warn",
    "clients": "Client Limit Person Project",
    "events": "ContactExceeded Event IncidentOpened IncidentResolved IncidentUpdated MailBounced MailFailed "
    "MailSent "
    "MessageReceived ObligationAnswered ObligationOpened ObligationOverdue OwnerSent PromiseBroken PromiseDue "
    "PromiseKept PromiseLate ScheduleFired WarningRaised",
    "hookspecs": "Context PluginInfo PluginSettings Schedule hookimpl",
    "ledger": "Incident IncidentKind IncidentState Mail MailState Obligation ObligationState Promise PromiseKind "
    "PromiseState",
    "message": "Address Classification Guess Kind RecordedMessage",
    "sections": "Day Item Mark Place Section",
    "setting_types": "Duration TimeOfDay Weekday",
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names.split()}

__all__ = sorted(_MODULE_OF)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if module := _MODULE_OF.get(name):
        return getattr(import_module(f"whiteglove.{module}"), name)
    raise AttributeError(f"module 'whiteglove' has no attribute {name!r}")
