"""A kernel is its visitor's: nobody else can see it, talk to it or end it; and there are limits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from door import PROXY_SECRET, Server, Visit, named, serving
from websockets.exceptions import InvalidStatus

Visits = Callable[..., Visit]


def refused(visit: Visit, kernel_id: str, **headers: str) -> int:
    """The status with which a connection to a kernel is refused."""
    with pytest.raises(InvalidStatus) as refusal, visit.socket(kernel_id, **headers):
        pass
    return refusal.value.response.status_code


# Whose kernel it is -------------------------------------------------------------------------


def test_the_kernel_of_another_user_can_be_neither_seen_nor_used_nor_ended(visit: Visits):
    clerk = visit("clerk")
    # Not even by somebody with more rights.
    admin = visit("admin", open_page=False)
    admin.open()
    path = f"/api/kernels/{clerk.kernel_id}"
    assert clerk.client.get(path).json()["id"] == clerk.kernel_id
    answer = admin.client.get(path)
    assert answer.status_code == 403
    assert answer.json() == {"message": "Forbidden"}
    token = {"X-XSRFToken": admin.client.cookies["_xsrf"]}
    assert admin.client.delete(path, headers=token).status_code == 403
    assert refused(admin, clerk.kernel_id) == 403
    assert admin.shut_down(clerk.kernel_id) == 403
    with clerk.socket() as kernel:
        assert kernel.is_alive()


def test_nobody_can_be_somebody_by_the_id_of_a_kernel(server: Server, visit: Visits):
    clerk = visit("clerk")
    nobody = Visit(server.origin)
    assert nobody.client.get(f"/api/kernels/{clerk.kernel_id}").status_code == 403
    assert refused(nobody, clerk.kernel_id) == 403
    assert nobody.shut_down(clerk.kernel_id) == 403


def test_a_kernel_that_is_not_there_is_refused_like_one_of_somebody_else(visit: Visits):
    clerk = visit("clerk", open_page=False)
    missing = "00000000-0000-0000-0000-000000000000"
    assert clerk.client.get(f"/api/kernels/{missing}").status_code == 403
    assert refused(clerk, missing) == 403


def test_a_foreign_site_cannot_connect_with_the_visitors_cookies(server: Server, visit: Visits):
    clerk = visit("clerk")
    assert refused(clerk, clerk.kernel_id, Origin="http://attacker.example") == 403
    with clerk.socket(Origin=server.origin) as kernel:
        assert kernel.is_alive()


def test_ending_a_kernel_takes_the_token_against_forged_requests(visit: Visits):
    clerk = visit("clerk")
    answer = clerk.client.post(f"/voila/api/shutdown/{clerk.kernel_id}")
    assert answer.status_code == 403
    assert clerk.shut_down(clerk.kernel_id) == 204
    assert clerk.client.get(f"/api/kernels/{clerk.kernel_id}").status_code == 403
    clerk.kernel_id = ""


def test_each_of_many_visitors_at_once_gets_a_kernel_of_their_own(server: Server):
    visits = [Visit(server.origin, named(user)) for user in ("admin", "clerk", "guest")]
    answers = [visit.client.stream("GET", "/") for visit in visits]
    pages = [answer.__enter__() for answer in answers]
    for visit, page in zip(visits, pages, strict=True):
        text = page.read().decode()
        visit.kernel_id = text.split('"kernelId": "')[1].partition('"')[0]
    for answer in answers:
        answer.__exit__(None, None, None)
    for visit, user in zip(visits, ("admin", "clerk", "guest"), strict=True):
        with visit.socket() as kernel:
            assert kernel.widgets()[kernel.widget("MenuBar")]["state"]["actor_id"] == user
        visit.close()


# How many there may be ----------------------------------------------------------------------


@pytest.fixture(scope="module")
def small(people_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with room for three pages, two for each user."""
    limits = {"max_kernels": 3, "max_kernels_per_user": 2}
    with serving(
        tmp_path_factory.mktemp("small"),
        people_url,
        identity="proxy",
        config={"DashboardSettings": limits},
        TOKENWIDGETS_PROXY_SECRET=PROXY_SECRET,
    ) as running:
        yield running


def test_past_the_limit_there_is_a_page_that_says_so_and_no_kernel(small: Server):
    clerk, admin, guest = (Visit(small.origin, named(u)) for u in ("clerk", "admin", "guest"))
    opened = [clerk.open(), clerk.open()]
    assert [answer.status_code for answer in opened] == [200, 200]
    mine = clerk.kernel_id
    third = clerk.open()
    assert third.status_code == 503
    assert "You have too many open pages" in third.text
    assert int(third.headers["Retry-After"]) > 0
    assert admin.open().status_code == 200
    full = guest.open()
    assert full.status_code == 503
    assert "The dashboard is full" in full.text
    assert len(small.children()) == 3
    # A page that is closed makes room.
    assert clerk.shut_down(mine) == 204
    assert guest.open().status_code == 200
    guest.close()
    admin.close()


def test_at_the_limit_a_page_that_was_lost_makes_room(small: Server):
    guest = Visit(small.origin, named("guest"))
    assert guest.open().status_code == 200
    lost = guest.kernel_id
    with guest.socket() as kernel:
        assert kernel.is_alive()
    assert guest.open().status_code == 200
    there = guest.kernel_id
    with guest.socket() as kernel:
        assert guest.open().status_code == 200
        loading = guest.kernel_id
        assert guest.client.get(f"/api/kernels/{lost}").status_code == 403
        assert guest.open().status_code == 503, "one page is there, and one still loads"
        assert kernel.is_alive()
    assert [guest.shut_down(kernel_id) for kernel_id in (there, loading)] == [204, 204]


@pytest.fixture(scope="module")
def brief(people_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that ends a kernel 4 seconds after its page has gone, and a session after 15."""
    with serving(
        tmp_path_factory.mktemp("brief"),
        people_url,
        identity="proxy",
        config={
            "DashboardSettings": {"idle_minutes": 4 / 60, "session_hours": 15 / 3600},
            "MappingKernelManager": {"cull_interval": 1},
        },
        TOKENWIDGETS_PROXY_SECRET=PROXY_SECRET,
    ) as running:
        yield running


def wait_until_there_are_no_kernels(server: Server) -> None:
    end = time.monotonic() + 60
    while server.children():
        assert time.monotonic() < end, "a kernel was left"
        time.sleep(0.2)


def test_a_page_that_went_away_leaves_no_kernel(brief: Server):
    assert Visit(brief.origin, named("clerk")).open().status_code == 200
    wait_until_there_are_no_kernels(brief)
    assert "seconds of inactivity" in brief.log
    assert "has ended" not in brief.log


def test_a_session_ends_however_busy_its_page_is(brief: Server):
    clerk = Visit(brief.origin, named("clerk"))
    assert clerk.open().status_code == 200
    with clerk.socket() as kernel:
        assert kernel.is_alive()
        wait_until_there_are_no_kernels(brief)
    assert f"the session of kernel {clerk.kernel_id} has ended" in brief.log
    assert clerk.client.get(f"/api/kernels/{clerk.kernel_id}").status_code == 403
