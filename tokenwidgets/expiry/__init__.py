"""What expires soon: as a table, as a calendar, and as reminders by e-mail."""

from tokenwidgets.expiry.calendar import calendar
from tokenwidgets.expiry.mail import Mail
from tokenwidgets.expiry.reminders import Reminder, ReminderService
from tokenwidgets.expiry.sending import Outcome, send_reminders

__all__ = ["Mail", "Outcome", "Reminder", "ReminderService", "calendar", "send_reminders"]
