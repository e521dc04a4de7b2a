"""The APIs and the user groups of the demo platform."""

from __future__ import annotations

from dataclasses import dataclass

from tokenwidgets.vocabulary import Control

__all__ = ["APIS", "DESK", "GROUPS", "SampleAPI", "SampleGroup"]

DESK = "Finance Token Desk"
"""The group that is limited to one department: delegated administration."""


@dataclass(frozen=True, slots=True)
class SampleAPI:
    """An API of the demo platform."""

    name: str
    title: str
    api_group: str
    version_label: str
    description: str
    read_only: bool = False


@dataclass(frozen=True, slots=True)
class SampleGroup:
    """A user group of the demo platform, beside that of the administrators."""

    name: str
    description: str
    controls: tuple[Control, ...]
    members: tuple[str, ...]
    departments: tuple[str, ...] = ()


APIS = (
    SampleAPI("orders", "Orders", "Sales", "v3", "Place, read and cancel orders."),
    SampleAPI("customers", "Customers", "Sales", "v2", "Customer records and contacts."),
    SampleAPI("price-list", "Price list", "Sales", "2026.1", "Prices in force.", read_only=True),
    SampleAPI("billing", "Billing", "Finance", "v2", "Invoices, credit notes and dunning."),
    SampleAPI("payments", "Payments", "Finance", "v1", "Payments received and refunds."),
    SampleAPI(
        "exchange-rates",
        "Exchange rates",
        "Finance",
        "v1",
        "Daily reference rates of the central bank.",
        read_only=True,
    ),
    SampleAPI("shipments", "Shipments", "Supply chain", "v4", "Parcels and where they are."),
    SampleAPI("stock", "Stock", "Supply chain", "v2", "What each warehouse holds."),
    SampleAPI("suppliers", "Suppliers", "Supply chain", "v1", "Purchase orders and suppliers."),
    SampleAPI("events", "Event intake", "Data", "v1", "Clicks and readings, as they happen."),
    SampleAPI("features", "Feature store", "Data", "0.9", "Features for models, by entity."),
    SampleAPI("forecasts", "Forecasts", "Data", "v2", "Demand by product, region and week."),
)

GROUPS = (
    SampleGroup(
        "Token Administrators",
        "Give and end API tokens for everybody.",
        (
            Control.APPLICATION_USERS,
            Control.API_TOKENS,
            Control.ACTIVITY,
            Control.TOKEN_INVENTORY,
        ),
        ("dmurphy", "esahin", "gpapadaki"),
    ),
    SampleGroup(
        DESK,
        "Look after the users of Finance, and their tokens.",
        (Control.APPLICATION_USERS, Control.API_TOKENS, Control.ACTIVITY),
        ("acastillo", "bschmidt"),
        ("Finance",),
    ),
    SampleGroup(
        "Help Desk",
        "Keep users' profiles right. No API tokens.",
        (Control.APPLICATION_USERS, Control.ACTIVITY),
        ("aokafor", "jmwangi", "mkowalska"),
    ),
    SampleGroup(
        "Auditors",
        "Look at all tokens and at the audit trail; change nothing.",
        (Control.TOKEN_INVENTORY, Control.AUDIT_LOG),
        ("kadeyemi", "hnakamura"),
    ),
)
