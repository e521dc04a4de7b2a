"""An import of users gives nobody what its actor could not give by hand."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from user_files import ALAN, JANE, events, everybody, take

from tokenwidgets import errors
from tokenwidgets.platform import Platform
from tokenwidgets.vocabulary import Control


@pytest.fixture
def platform(with_groups: Platform) -> Platform:
    return with_groups


def test_an_import_cannot_leave_nobody_to_administer(platform: Platform) -> None:
    with pytest.raises(errors.LastAdministrator):
        take(platform, "admin,Ada,,,,no")
    with pytest.raises(errors.LastAdministrator):
        take(platform, JANE, "admin,Ada,,,Desk,yes")
    assert everybody(platform) == {}
    assert platform.users.get("admin").groups == ("Administrators",)


def test_a_limited_administrator_imports_their_departments_alone(
    platform: Platform, platform_of: Callable[[str], Platform]
) -> None:
    platform.groups.add("Finance", controls=[Control.APPLICATION_USERS], departments=["Finance"])
    take(platform, "fin,Fin,,Finance,Finance,", ALAN)
    limited = platform_of("fin")
    assert take(limited, "new,New,,Finance", header="user_id,name,email,department").added == 1
    content = b"user_id,name,department\nasmith,Alan,Finance\nother,O,Sales\nnew,New,Sales\n"
    with pytest.raises(errors.ImportRefused) as caught:
        limited.imports.users(content, "users.csv")
    assert [str(problem) for problem in caught.value.problems] == [
        "line 2: User ID: asmith is in use.",
        "line 3: Department: must be one that you administer: Finance.",
        "line 4: Department: must be one that you administer: Finance.",
    ]


def test_groups_need_the_control_for_membership(
    platform: Platform, platform_of: Callable[[str], Platform]
) -> None:
    platform.groups.add("Profiles", controls=[Control.APPLICATION_USERS])
    take(platform, "prof,Prof,,,Profiles,")
    with pytest.raises(errors.NotAllowed, match="User Groups"):
        take(platform_of("prof"), "new,New,,,Desk,")
    assert "new" not in everybody(platform)
    assert take(platform_of("prof"), "new,New,,,,").added == 1


def test_nobody_imports_themselves_controls_that_they_lack(
    platform: Platform, platform_of: Callable[[str], Platform]
) -> None:
    controls = [Control.APPLICATION_USERS, Control.USER_MEMBERSHIP]
    platform.groups.add("Members", controls=controls)
    take(platform, "mem,Mem,,,Members,")
    with pytest.raises(errors.NotAllowed, match="without having it"):
        take(platform_of("mem"), "mem,Mem,,,Members;Administrators,")
    assert everybody(platform)["mem"][3] == ("Members",)
    denied = [event for event in events(platform) if event.outcome == "denied"]
    assert [(event.actor, event.action) for event in denied] == [("mem", "import users")]


def test_who_lacks_the_control_imports_nothing(
    platform: Platform, platform_of: Callable[[str], Platform]
) -> None:
    take(platform, JANE)
    with pytest.raises(errors.NotAllowed):
        take(platform_of("jdoe"), ALAN)
    assert "asmith" not in everybody(platform)
