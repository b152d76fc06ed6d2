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
    from whiteglove.actions import Flag as Flag
    from whiteglove.actions import Forget as Forget
    from whiteglove.actions import Forward as Forward
    from whiteglove.actions import Hold as Hold
    from whiteglove.actions import KeepPromise as KeepPromise
    from whiteglove.actions import Move as Move
    from whiteglove.actions import MovePromise as MovePromise
    from whiteglove.actions import Note as Note
    from whiteglove.actions import Notify as Notify
    from whiteglove.actions import OpenIncident as OpenIncident
    from whiteglove.actions import Post as Post
    from whiteglove.actions import Remember as Remember
    from whiteglove.actions import Reply as Reply
    from whiteglove.actions import SendSummary as SendSummary
    from whiteglove.actions import UpdateIncident as UpdateIncident
    from whiteglove.actions import Verdict as Verdict
    from whiteglove.actions import WakeAt as WakeAt
    from whiteglove.actions import Warn as Warn
    from whiteglove.actions import Withdraw as Withdraw
    from whiteglove.classify.price_requests import price_request as price_request
    from whiteglove.clients import AddressForm as AddressForm
    from whiteglove.clients import Book as Book
    from whiteglove.clients import Client as Client
    from whiteglove.clients import Colleague as Colleague
    from whiteglove.clients import DateRange as DateRange
    from whiteglove.clients import Engagement as Engagement
    from whiteglove.clients import Limit as Limit
    from whiteglove.clients import Money as Money
    from whiteglove.clients import Occasion as Occasion
    from whiteglove.clients import Owner as Owner
    from whiteglove.clients import Person as Person
    from whiteglove.clients import Project as Project
    from whiteglove.clients import Recognised as Recognised
    from whiteglove.clients import Relation as Relation
    from whiteglove.clients import ReportSlot as ReportSlot
    from whiteglove.clients import Rule as Rule
    from whiteglove.clients import WorkBlock as WorkBlock
    from whiteglove.clients import WorkingHours as WorkingHours
    from whiteglove.commitments import Offer as Offer
    from whiteglove.commitments import Overcommitment as Overcommitment
    from whiteglove.commitments import Week as Week
    from whiteglove.commitments import committed_hours as committed_hours
    from whiteglove.commitments import hours_there as hours_there
    from whiteglove.commitments import offers as offers
    from whiteglove.commitments import overcommitment as overcommitment
    from whiteglove.commitments import weeks_ahead as weeks_ahead
    from whiteglove.composure import Heat as Heat
    from whiteglove.composure import heat_of as heat_of
    from whiteglove.disclosure import disclosure_words as disclosure_words
    from whiteglove.dossier import Deadline as Deadline
    from whiteglove.dossier import Dossier as Dossier
    from whiteglove.dossier import LastContact as LastContact
    from whiteglove.dossier import NearDate as NearDate
    from whiteglove.dossier import OpenQuestion as OpenQuestion
    from whiteglove.dossier import ReportAhead as ReportAhead
    from whiteglove.dossier import deadlines_of as deadlines_of
    from whiteglove.dossier import dossier_of as dossier_of
    from whiteglove.dossier import near_dates as near_dates
    from whiteglove.events import ClientNoted as ClientNoted
    from whiteglove.events import ClientQuiet as ClientQuiet
    from whiteglove.events import ClientReturned as ClientReturned
    from whiteglove.events import ContactExceeded as ContactExceeded
    from whiteglove.events import DraftSeen as DraftSeen
    from whiteglove.events import Event as Event
    from whiteglove.events import IncidentOpened as IncidentOpened
    from whiteglove.events import IncidentResolved as IncidentResolved
    from whiteglove.events import IncidentUpdated as IncidentUpdated
    from whiteglove.events import MailBounced as MailBounced
    from whiteglove.events import MailboxLost as MailboxLost
    from whiteglove.events import MailboxRecovered as MailboxRecovered
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
    from whiteglove.free_time import next_free as next_free
    from whiteglove.free_time import taken_time as taken_time
    from whiteglove.frequency import Contact as Contact
    from whiteglove.frequency import Figures as Figures
    from whiteglove.frequency import Rally as Rally
    from whiteglove.frequency import asks_how_things_stand as asks_how_things_stand
    from whiteglove.frequency import contact_figures as contact_figures
    from whiteglove.frequency import contacts_of as contacts_of
    from whiteglove.frequency import habit_moments as habit_moments
    from whiteglove.frequency import is_burst as is_burst
    from whiteglove.frequency import rally as rally
    from whiteglove.frequency import shrinking as shrinking
    from whiteglove.frequency import stretch_begin as stretch_begin
    from whiteglove.frequency import usual_most as usual_most
    from whiteglove.habits import absences as absences
    from whiteglove.habits import occurrences as occurrences
    from whiteglove.hookspecs import API_VERSION as API_VERSION
    from whiteglove.hookspecs import Context as Context
    from whiteglove.hookspecs import GoesAwayWarning as GoesAwayWarning
    from whiteglove.hookspecs import Logger as Logger
    from whiteglove.hookspecs import Memory as Memory
    from whiteglove.hookspecs import PluginInfo as PluginInfo
    from whiteglove.hookspecs import PluginSettings as PluginSettings
    from whiteglove.hookspecs import Schedule as Schedule
    from whiteglove.hookspecs import hookimpl as hookimpl
    from whiteglove.interruptions import Interruptions as Interruptions
    from whiteglove.interruptions import interruptions_between as interruptions_between
    from whiteglove.interruptions import interruptions_of as interruptions_of
    from whiteglove.interruptions import months_up_to as months_up_to
    from whiteglove.ledger import AnswerTimes as AnswerTimes
    from whiteglove.ledger import Audience as Audience
    from whiteglove.ledger import ClientNote as ClientNote
    from whiteglove.ledger import ClientSilence as ClientSilence
    from whiteglove.ledger import Delegation as Delegation
    from whiteglove.ledger import DelegationState as DelegationState
    from whiteglove.ledger import DraftState as DraftState
    from whiteglove.ledger import Incident as Incident
    from whiteglove.ledger import IncidentEntry as IncidentEntry
    from whiteglove.ledger import IncidentKind as IncidentKind
    from whiteglove.ledger import IncidentState as IncidentState
    from whiteglove.ledger import Ledger as Ledger
    from whiteglove.ledger import Mail as Mail
    from whiteglove.ledger import MailState as MailState
    from whiteglove.ledger import Obligation as Obligation
    from whiteglove.ledger import ObligationState as ObligationState
    from whiteglove.ledger import PlacedDraft as PlacedDraft
    from whiteglove.ledger import Promise as Promise
    from whiteglove.ledger import PromiseKind as PromiseKind
    from whiteglove.ledger import PromiseState as PromiseState
    from whiteglove.ledger import SeenDraft as SeenDraft
    from whiteglove.ledger import Severity as Severity
    from whiteglove.ledger import Told as Told
    from whiteglove.message import Address as Address
    from whiteglove.message import Classification as Classification
    from whiteglove.message import Guess as Guess
    from whiteglove.message import Json as Json
    from whiteglove.message import Kind as Kind
    from whiteglove.message import RecordedMessage as RecordedMessage
    from whiteglove.message import Verdicts as Verdicts
    from whiteglove.owner_words import Words as Words
    from whiteglove.owner_words import shortened as shortened
    from whiteglove.scopes import Touch as Touch
    from whiteglove.scopes import newly_settled as newly_settled
    from whiteglove.scopes import project_meant as project_meant
    from whiteglove.scopes import touched as touched
    from whiteglove.sections import Day as Day
    from whiteglove.sections import Item as Item
    from whiteglove.sections import Mark as Mark
    from whiteglove.sections import Place as Place
    from whiteglove.sections import Section as Section
    from whiteglove.sections import Trace as Trace
    from whiteglove.setting_types import Duration as Duration
    from whiteglove.setting_types import TimeOfDay as TimeOfDay
    from whiteglove.setting_types import Weekday as Weekday
    from whiteglove.worktime import NoWorkingTimeError as NoWorkingTimeError
    from whiteglove.worktime import ReportTime as ReportTime
    from whiteglove.worktime import WorkingTime as WorkingTime

__version__ = "0.1.0"

_HOME = {
    "actions": "Action Actions Approve CancelWake Draft Drop Flag Forget Forward Hold KeepPromise Move MovePromise "
    "Note Notify OpenIncident Post Remember Reply SendSummary UpdateIncident Verdict WakeAt Warn Withdraw",
    "classify.price_requests": "price_request",
    "clients": "AddressForm Book Client Colleague DateRange Engagement Limit Money Occasion Owner Person Project "
    "Recognised Relation ReportSlot Rule WorkBlock WorkingHours",
    "commitments": "Offer Overcommitment Week committed_hours hours_there offers overcommitment weeks_ahead",
    "composure": "Heat heat_of",
    "disclosure": "disclosure_words",
    "dossier": "Deadline Dossier LastContact NearDate OpenQuestion ReportAhead deadlines_of dossier_of near_dates",
    "events": "ClientNoted ClientQuiet ClientReturned ContactExceeded DraftSeen Event IncidentOpened "
    "IncidentResolved IncidentUpdated MailBounced MailFailed MailSent MailboxLost MailboxRecovered MessageReceived "
    "ObligationAnswered ObligationOpened ObligationOverdue OwnerSent PromiseBroken PromiseDue PromiseKept "
    "PromiseLate PromiseMoved ScheduleFired TimerFired WarningRaised",
    "free_time": "next_free taken_time",
    "frequency": "Contact Figures Rally asks_how_things_stand contact_figures contacts_of habit_moments is_burst "
    "rally shrinking stretch_begin usual_most",
    "habits": "absences occurrences",
    "hookspecs": "API_VERSION Context GoesAwayWarning Logger Memory PluginInfo PluginSettings Schedule hookimpl",
    "interruptions": "Interruptions interruptions_between interruptions_of months_up_to",
    "ledger": "AnswerTimes Audience ClientNote ClientSilence Delegation DelegationState DraftState Incident "
    "IncidentEntry IncidentKind IncidentState Ledger Mail MailState Obligation ObligationState PlacedDraft Promise "
    "PromiseKind PromiseState SeenDraft Severity Told",
    "message": "Address Classification Guess Json Kind RecordedMessage Verdicts",
    "owner_words": "Words shortened",
    "scopes": "Touch newly_settled project_meant touched",
    "sections": "Day Item Mark Place Section Trace",
    "setting_types": "Duration TimeOfDay Weekday",
    "worktime": "NoWorkingTimeError ReportTime WorkingTime",
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names.split()}

__all__ = sorted(_MODULE_OF)  # noqa: PLE0605

_RENAMED: dict[str, tuple[str, str]] = {}
"""Names that go away: what to use instead, and the `API_VERSION` that will not have the old one any more."""


def __getattr__(name: str) -> Any:
    if name in _RENAMED:
        import warnings  # It costs nothing where no name goes away.

        new, version = _RENAMED[name]
        text = f"whiteglove.{name} is called {new} now, and the old name goes away with version {version} for plugins"
        warnings.warn(text, import_module("whiteglove.hookspecs").GoesAwayWarning, stacklevel=2)
        name = new
    if module := _MODULE_OF.get(name):
        return getattr(import_module(f"whiteglove.{module}"), name)
    raise AttributeError(f"module 'whiteglove' has no attribute {name!r}")
