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
    from whiteglove.actions import CancelWake as CancelWake
    from whiteglove.actions import Draft as Draft
    from whiteglove.actions import Drop as Drop
    from whiteglove.actions import Forget as Forget
    from whiteglove.actions import Hold as Hold
    from whiteglove.actions import KeepPromise as KeepPromise
    from whiteglove.actions import MovePromise as MovePromise
    from whiteglove.actions import Note as Note
    from whiteglove.actions import OpenIncident as OpenIncident
    from whiteglove.actions import Remember as Remember
    from whiteglove.actions import Reply as Reply
    from whiteglove.actions import SendSummary as SendSummary
    from whiteglove.actions import UpdateIncident as UpdateIncident
    from whiteglove.actions import Verdict as Verdict
    from whiteglove.actions import WakeAt as WakeAt
    from whiteglove.actions import Warn as Warn
    from whiteglove.actions import Withdraw as Withdraw
    from whiteglove.clients import Client as Client
    from whiteglove.clients import DateRange as DateRange
    from whiteglove.clients import Engagement as Engagement
    from whiteglove.clients import Limit as Limit
    from whiteglove.clients import Occasion as Occasion
    from whiteglove.clients import Person as Person
    from whiteglove.clients import Project as Project
    from whiteglove.commitments import Offer as Offer
    from whiteglove.commitments import Overcommitment as Overcommitment
    from whiteglove.commitments import Week as Week
    from whiteglove.commitments import committed_hours as committed_hours
    from whiteglove.commitments import hours_there as hours_there
    from whiteglove.commitments import offers as offers
    from whiteglove.commitments import overcommitment as overcommitment
    from whiteglove.commitments import weeks_ahead as weeks_ahead
    from whiteglove.dossier import Deadline as Deadline
    from whiteglove.dossier import Dossier as Dossier
    from whiteglove.dossier import LastContact as LastContact
    from whiteglove.dossier import NearDate as NearDate
    from whiteglove.dossier import OpenQuestion as OpenQuestion
    from whiteglove.dossier import ReportAhead as ReportAhead
    from whiteglove.dossier import deadlines_of as deadlines_of
    from whiteglove.dossier import dossier_of as dossier_of
    from whiteglove.dossier import near_dates as near_dates
    from whiteglove.events import ClientQuiet as ClientQuiet
    from whiteglove.events import ClientReturned as ClientReturned
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
    from whiteglove.events import PromiseMoved as PromiseMoved
    from whiteglove.events import ScheduleFired as ScheduleFired
    from whiteglove.events import TimerFired as TimerFired
    from whiteglove.events import WarningRaised as WarningRaised
    from whiteglove.habits import absences as absences
    from whiteglove.habits import occurrences as occurrences
    from whiteglove.hookspecs import Context as Context
    from whiteglove.hookspecs import PluginInfo as PluginInfo
    from whiteglove.hookspecs import PluginSettings as PluginSettings
    from whiteglove.hookspecs import Schedule as Schedule
    from whiteglove.hookspecs import hookimpl as hookimpl
    from whiteglove.ledger import ClientNote as ClientNote
    from whiteglove.ledger import ClientSilence as ClientSilence
    from whiteglove.ledger import DraftState as DraftState
    from whiteglove.ledger import Incident as Incident
    from whiteglove.ledger import IncidentKind as IncidentKind
    from whiteglove.ledger import IncidentState as IncidentState
    from whiteglove.ledger import Mail as Mail
    from whiteglove.ledger import MailState as MailState
    from whiteglove.ledger import Obligation as Obligation
    from whiteglove.ledger import ObligationState as ObligationState
    from whiteglove.ledger import PlacedDraft as PlacedDraft
    from whiteglove.ledger import Promise as Promise
    from whiteglove.ledger import PromiseKind as PromiseKind
    from whiteglove.ledger import PromiseState as PromiseState
    from whiteglove.message import Address as Address
    from whiteglove.message import Classification as Classification
    from whiteglove.message import Guess as Guess
    from whiteglove.message import Json as Json
    from whiteglove.message import Kind as Kind
    from whiteglove.message import RecordedMessage as RecordedMessage
    from whiteglove.owner_words import say_when as say_when
    from whiteglove.owner_words import shortened as shortened
    from whiteglove.owner_words import spoken as spoken
    from whiteglove.sections import Day as Day
    from whiteglove.sections import Item as Item
    from whiteglove.sections import Mark as Mark
    from whiteglove.sections import Place as Place
    from whiteglove.sections import Section as Section
    from whiteglove.sections import Trace as Trace
    from whiteglove.setting_types import Duration as Duration
    from whiteglove.setting_types import TimeOfDay as TimeOfDay
    from whiteglove.setting_types import Weekday as Weekday

__version__ = "0.1.0"

_HOME = {
    "actions": "Action Actions Approve CancelWake Draft Drop Forget Hold KeepPromise MovePromise Note OpenIncident "
    "Remember Reply SendSummary UpdateIncident Verdict WakeAt Warn Withdraw",
    "clients": "Client DateRange Engagement Limit Occasion Person Project",
    "commitments": "Offer Overcommitment Week committed_hours hours_there offers overcommitment weeks_ahead",
    "dossier": "Deadline Dossier LastContact NearDate OpenQuestion ReportAhead deadlines_of dossier_of near_dates",
    "events": "ClientQuiet ClientReturned ContactExceeded Event IncidentOpened IncidentResolved IncidentUpdated "
    "MailBounced MailFailed MailSent MessageReceived ObligationAnswered ObligationOpened ObligationOverdue "
    "OwnerSent PromiseBroken PromiseDue PromiseKept PromiseLate PromiseMoved ScheduleFired TimerFired "
    "WarningRaised",
    "habits": "absences occurrences",
    "hookspecs": "Context PluginInfo PluginSettings Schedule hookimpl",
    "ledger": "ClientNote ClientSilence DraftState Incident IncidentKind IncidentState Mail MailState Obligation "
    "ObligationState PlacedDraft Promise PromiseKind PromiseState",
    "message": "Address Classification Guess Json Kind RecordedMessage",
    "owner_words": "say_when shortened spoken",
    "sections": "Day Item Mark Place Section Trace",
    "setting_types": "Duration TimeOfDay Weekday",
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names.split()}

__all__ = sorted(_MODULE_OF)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    if module := _MODULE_OF.get(name):
        return getattr(import_module(f"whiteglove.{module}"), name)
    raise AttributeError(f"module 'whiteglove' has no attribute {name!r}")
