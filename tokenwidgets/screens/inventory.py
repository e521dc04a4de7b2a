"""The screen Token Inventory: all tokens, filtered, charted, and as a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tokenwidgets import errors
from tokenwidgets.language import Phrase, t, tn
from tokenwidgets.paging import Cursor, Page
from tokenwidgets.screens.files import MOST_ROWS, file_of, refuse_too_many
from tokenwidgets.screens.inventory_charts import expirations_figure, picked, tokens_figure
from tokenwidgets.screens.inventory_filters import inventory_filters, token_filters
from tokenwidgets.screens.inventory_questions import InventoryQuestions
from tokenwidgets.screens.last_search import LastSearch
from tokenwidgets.screens.pager import Pager
from tokenwidgets.screens.refusals import words_of
from tokenwidgets.screens.shell import Shell
from tokenwidgets.screens.words import access_summary, iso, tokens_in_all
from tokenwidgets.tokens import InventorySort, TokenFilter, TokenRow
from tokenwidgets.vocabulary import Control
from tokenwidgets.widgets.chart import Chart, Pick
from tokenwidgets.widgets.filter_bar import Act, ClearFilters, Filter, FilterBar
from tokenwidgets.widgets.paged_table import (
    NextPage,
    OpenRow,
    PagedTable,
    PreviousPage,
    RowsPerPage,
    SortBy,
)

__all__ = ["InventoryScreen"]

_SORTS: dict[str, InventorySort] = {
    "name": "name",
    "owner": "owner",
    "created": "created_at",
    "expires": "expires_at",
    "last_used": "last_used_at",
}
_SUFFIXES = {"CSV": ".csv", "Excel": ".xlsx", "Parquet": ".parquet"}
_MOST_IN_EXCEL = 50_000


class InventoryScreen:
    """Fills a ``FilterBar``, a ``Chart`` and a table of tokens.

    Filters and sort are there again at the actor's next visit, until they are cleared.

    Args:
        shell: where to show it.
        open_user: opens the tokens of a User ID.

    """

    def __init__(self, shell: Shell, open_user: Callable[[str], None]) -> None:
        self._shell = shell
        self._open_user = open_user
        self._wanted: dict[str, Any] = {}
        self._filtered: dict[str, str] = {}  # the filters' values for that
        self._pager = Pager(self._fetch)
        self._last = LastSearch(shell, Control.TOKEN_INVENTORY.value)
        self.questions = InventoryQuestions(shell, self._refresh)
        self.bar = FilterBar(heading=t("Token Inventory"))
        self.chart = Chart(empty=t("No tokens to chart."))
        self.table = PagedTable(label=t("Token Inventory"), sort="created", descending=True)
        for component in (self.bar, self.chart, self.table):
            shell.listen(component, self._do)
        shell.keep_fresh(self.table, self._refresh)

    def show(self) -> None:
        """Bring it up to date and to the front."""
        authority = self._shell.platform.inventory.authority()
        may_revoke = authority.has(Control.API_TOKENS)
        download = {"name": "download", "label": t("Download"), "items": list(_SUFFIXES)}
        revoke = {
            "name": "revoke-matching",
            "label": t("Revoke all that match"),
            "kind": "risky",
        }
        self.bar.actions = [download, *([revoke] if may_revoke else [])]
        with self.table.hold_sync():
            self.table.columns = _columns(opens=authority.has(Control.APPLICATION_USERS))
            self.table.selectable = may_revoke
            self.table.actions = (
                [{"name": "revoke-selected", "label": t("Revoke selected"), "kind": "danger"}]
                if may_revoke
                else []
            )
        self._recall()
        self._refresh()
        self._shell.show(self.bar, self.chart, self.table)

    def _refresh(self) -> None:
        self._fill(self._pager.refresh())
        self._draw()

    def _recall(self) -> None:
        match self._last.recall():
            case {"values": dict(values), "sort": str(sort), "descending": bool(descending)} if (
                sort in _SORTS
            ):
                self.table.sort, self.table.descending = sort, descending
                self.bar.fill(values)
                # What is no choice any more is told beside its filter, and filters nothing.
                self._filter()

    def _do(self, message: Any) -> None:
        self._carry_out(message)
        if not self.bar.problems:
            self._last.keep(
                {
                    "values": dict(self.bar.values),
                    "sort": self.table.sort,
                    "descending": self.table.descending,
                }
            )

    def _carry_out(self, message: Any) -> None:
        match message:
            case Filter() | ClearFilters():
                self.bar.take(message)
                self._filter()
            case Pick(key=key) if wanted := picked(key):
                values = self.bar.values
                again = all(values.get(name) == value for name, value in wanted.items())
                # The bar that is chosen already is let go.
                self.bar.values = (
                    {**values, **dict.fromkeys(wanted, "")}
                    if again
                    else {
                        **values,
                        **wanted,
                    }
                )
                self._filter()
            case SortBy(column=column) if column in _SORTS:
                with self.table.sorting(column):
                    self._fill(self._pager.first())
            case RowsPerPage(count=count):
                self.table.rows_per_page = count
                self._fill(self._pager.first())
            case PreviousPage() | NextPage():
                self._fill(self._pager.turn(message))
            case OpenRow(key=key):
                self._open_user(self._row(key).owner)
            case Act(name="download", item=kind) if kind in _SUFFIXES:
                self._download(kind)
            case Act(name="revoke-selected") if self.table.selected:
                self.questions.revoke_selected([self._row(key) for key in self.table.selected])
            case Act(name="revoke-matching"):
                self.questions.revoke_matching(TokenFilter(**self._wanted))

    def _row(self, key: str) -> TokenRow:
        """A token of the page on show."""
        for row in self._pager.page.rows:
            if str(row.id) == key:
                return row
        raise errors.UnknownToken(Phrase("This token is not on the page any more."))

    def _filter(self) -> None:
        before = self._wanted
        try:
            self._wanted = token_filters(self.bar.values)
            page = self._pager.first()
        except errors.TokenWidgetsError as error:
            # What is on show stays, and so does what the buttons are about.
            self._wanted, self.bar.problems = before, _problem(error)
            if not self.bar.problems:
                self.bar.values = self._filtered
                raise
            return
        self.bar.problems, self._filtered = {}, self.bar.values
        self._fill(page)
        self._draw()

    def _fetch(self, cursor: Cursor | None) -> Page[TokenRow]:
        return self._shell.platform.inventory.page(
            TokenFilter(**self._wanted),
            sort=_SORTS[self.table.sort],
            descending=self.table.descending,
            cursor=cursor,
            rows=self.table.rows_per_page,
        )

    def _fill(self, page: Page[TokenRow]) -> None:
        with self.table.hold_sync():
            self.table.rows = [_row(token) for token in page.rows]
            self._pager.mark(self.table)
            self.table.total = tokens_in_all(page)
            self.table.empty = (
                t("No token matches these filters.")
                if self._wanted
                else t(
                    "No tokens yet. Open a user on the screen Application Users and add the first."
                )
            )

    def _draw(self) -> None:
        """The charts. Each shows what the filters leave that are not its own to set."""
        inventory = self._shell.platform.inventory
        values = self.bar.values
        months = inventory.expirations(_without(self._wanted, "status", "expires_"))
        apis = inventory.by_api(_without(self._wanted, "api", "access"))
        self.chart.figures = [expirations_figure(months, values), tokens_figure(apis, values)]
        self.bar.filters = inventory_filters(
            sorted({count.api for count in apis}), sorted({count.month for count in months})
        )

    def _download(self, kind: str) -> None:
        total = self._shell.platform.inventory.count(TokenFilter(**self._wanted))
        most = _MOST_IN_EXCEL if kind == "Excel" else MOST_ROWS
        instead = Phrase("the command `tokenwidgets inventory -o FILE`")
        refuse_too_many(total, most, Phrase("tokens"), instead)
        # pandas takes a second to import, and most visits need none of it.
        from tokenwidgets.frames import inventory

        frames = inventory(self._shell.platform, chunksize=20_000, **self._wanted)
        self._shell.hand_over("token-inventory", file_of(frames, _SUFFIXES[kind]))
        self._shell.say(
            tn(
                "{count} token downloaded as {kind}.",
                "{count} tokens downloaded as {kind}.",
                total,
                kind=kind,
            )
        )


def _problem(error: errors.TokenWidgetsError) -> dict[str, str]:
    """What is wrong with a filter, by its name; nothing if it is no filter's fault."""
    match error:
        case errors.InvalidValue():
            return {error.field.lower(): t(error.problem)}
        case errors.UnknownUser():
            return {"owner": words_of(error)}
        case errors.UnknownAPI():
            return {"api": words_of(error)}
        case _:
            return {}


def _without(wanted: dict[str, Any], *names: str) -> TokenFilter:
    return TokenFilter(**{key: value for key, value in wanted.items() if not key.startswith(names)})


def _columns(*, opens: bool) -> list[dict[str, Any]]:
    columns = (
        ("name", t("Token"), "text"),
        ("owner", t("Owner"), "link" if opens else "text"),
        ("hint", t("Secret"), "code"),
        ("access", t("Access"), "more"),
        ("created", t("Created"), "date"),
        ("expires", t("Expires"), "expiry"),
        ("last_used", t("Last used"), "datetime"),
        ("status", t("Status"), "badge"),
    )
    return [
        {"key": key, "label": label, "kind": kind, "sortable": key in _SORTS, "short": True}
        | ({"none": t("Never")} if key == "last_used" else {})
        for key, label, kind in columns
    ]


def _row(token: TokenRow) -> dict[str, Any]:
    return {
        "key": str(token.id),
        "name": token.name,
        "owner": token.owner,
        "hint": token.hint,
        "access": {
            "summary": access_summary(token.grants),
            "items": [[api, t(access.label)] for api, access in token.grants.items()],
        },
        "created": iso(token.created_at),
        "expires": iso(token.expires_at),
        "last_used": iso(token.last_used_at),
        "status": token.status.value,
    }
