"""The demo's story: who did what when, from the first administrator to the present day."""

from __future__ import annotations

import contextlib
import random
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from tokenwidgets import errors
from tokenwidgets.demo.catalogue import APIS, DESK, GROUPS, SampleAPI, SampleGroup
from tokenwidgets.demo.lives import Life
from tokenwidgets.demo.people import ADMIN, PEOPLE, Person
from tokenwidgets.demo.stage import Stage, Step
from tokenwidgets.vocabulary import Access

__all__ = ["began", "tell"]

_DAY = timedelta(days=1)
_DESK = next(group for group in GROUPS if group.name == DESK)
_GIVERS = (ADMIN, *next(g.members for g in GROUPS if g.name == "Token Administrators"))
# Those of whom the story tells something early on.
_FIRST_TO_JOIN = {member for group in GROUPS for member in group.members} | {"abell", "ntamm"}


def began(at: datetime) -> datetime:
    """When the platform was made, for it to stand at ``at`` as it does."""
    return (at - 480 * _DAY).replace(hour=8, minute=30, second=0, microsecond=0)


def tell(rng: random.Random, lives: Sequence[Life], at: datetime) -> list[Step]:
    """All steps in the order of time, the last of them before ``at``."""
    start = began(at)
    steps = [*_set_up(start), *_joining(rng, start, lives, at)]
    for life in lives:
        steps += _token_steps(rng, life)
    steps += [*_leaving(at), *_incidents(at)]
    return sorted((step for step in steps if step.at < at), key=lambda step: step.at)


def _set_up(start: datetime) -> Iterator[Step]:
    for index, api in enumerate(APIS):
        yield Step(start + timedelta(minutes=20 + 4 * index), partial(_add_api, api=api))
    for index, group in enumerate(GROUPS):
        yield Step(start + timedelta(minutes=90 + 11 * index), partial(_add_group, group=group))
        for number, member in enumerate(group.members):
            when = start + _DAY + timedelta(hours=6, minutes=30 * index + number)
            yield Step(when, partial(_set_member, group=group.name, user_id=member))


def _joining(
    rng: random.Random, start: datetime, lives: Sequence[Life], at: datetime
) -> Iterator[Step]:
    first_token: defaultdict[str, datetime] = defaultdict(lambda: at)
    for life in lives:
        first_token[life.owner] = min(first_token[life.owner], life.created_at)
    for index, person in enumerate(PEOPLE):
        joined = start + _DAY + timedelta(minutes=3 * index)
        if person.user_id == ADMIN:
            # Who was there from the beginning, in no department yet.
            yield Step(joined, partial(_move, user_id=ADMIN, department=person.department))
            continue
        if person.user_id not in _FIRST_TO_JOIN and rng.random() < 0.4:
            later = joined + _DAY * rng.randint(20, 330)
            joined = max(joined, min(later, first_token[person.user_id] - 2 * _DAY))
        yield Step(joined, partial(_add_user, person=person))


def _token_steps(rng: random.Random, life: Life) -> Iterator[Step]:
    of_finance = any(p.user_id == life.owner and p.department in _DESK.departments for p in PEOPLE)
    givers = _DESK.members if of_finance and rng.random() < 0.7 else _GIVERS
    yield Step(life.created_at, partial(_add_token, life=life, actor=rng.choice(givers)))
    actor = rng.choice(givers)
    if life.edited_at is not None:
        yield Step(life.edited_at, partial(_edit_token, life=life, actor=actor))
    if life.regenerated_at is not None:
        yield Step(life.regenerated_at, partial(_regenerate_token, life=life, actor=actor))
    if life.revoked_at is not None:
        yield Step(life.revoked_at, partial(_revoke_token, life=life, actor=actor))


def _leaving(at: datetime) -> Iterator[Step]:
    for person in PEOPLE:
        if person.left is not None:
            left = at - _DAY * person.left
            # The tokens of the legacy service were forgotten: they wait for it to come back.
            if not person.is_service:
                yield Step(left, partial(_revoke_all, user_id=person.user_id))
            yield Step(left + timedelta(minutes=4), partial(_deactivate, user_id=person.user_id))


def _incidents(at: datetime) -> Iterator[Step]:
    """A few things that happen on any platform, refused attempts among them."""
    helped = "Token Administrators"
    yield Step(at - 380 * _DAY, partial(_set_member, group=helped, user_id="ntamm"))
    yield Step(at - 210 * _DAY, _new_orders)
    yield Step(at - 160 * _DAY, _name_after_wedding)
    yield Step(at - 75 * _DAY, partial(_set_member, group=helped, user_id="ntamm", member=False))
    yield Step(at - 74 * _DAY, partial(_move, user_id="ntamm", department="Data Science"))
    yield Step(at - 33 * _DAY, partial(_refused_token, actor="jmwangi", owner="bdubois"))
    yield Step(at - 12 * _DAY, partial(_refused_edit, actor="kadeyemi", user_id="svc-etl"))
    yield Step(at - 6 * _DAY, partial(_refused_token, actor="mkowalska", owner="svc-helpdesk-bot"))


def _add_api(stage: Stage, api: SampleAPI) -> None:
    stage.acting(ADMIN).apis.add(
        api.name,
        title=api.title,
        description=api.description,
        api_group=api.api_group,
        version_label=api.version_label,
        read_only=api.read_only,
    )


def _add_group(stage: Stage, group: SampleGroup) -> None:
    stage.acting(ADMIN).groups.add(
        group.name,
        description=group.description,
        controls=group.controls,
        departments=group.departments,
    )


def _set_member(stage: Stage, group: str, user_id: str, member: bool = True) -> None:
    stage.acting(ADMIN).memberships.set(user_id, group, member)


def _add_user(stage: Stage, person: Person) -> None:
    stage.acting(ADMIN).users.add(
        person.user_id, person.name, email=person.email, department=person.department
    )


def _new_orders(stage: Stage) -> None:
    stage.acting(ADMIN).apis.edit(
        "orders", version_label="v4", description="Place, read, change and cancel orders."
    )


def _name_after_wedding(stage: Stage) -> None:
    stage.acting("aokafor").users.edit("abell", name="Ada Bell-Nowak")


def _move(stage: Stage, user_id: str, department: str) -> None:
    stage.acting(ADMIN).users.edit(user_id, department=department)


def _deactivate(stage: Stage, user_id: str) -> None:
    stage.acting(ADMIN).users.edit(user_id, is_active=False)


def _add_token(stage: Stage, life: Life, actor: str) -> None:
    # The new secret is dropped here and now: nobody ever sees it.
    new = stage.acting(actor).tokens.add(life.owner, life.name, life.grants, months=life.months)
    stage.token_ids[life.key] = new.token.id


def _edit_token(stage: Stage, life: Life, actor: str) -> None:
    tokens = stage.acting(actor).tokens
    tokens.edit(stage.token_ids[life.key], grants={**life.grants, "customers": Access.READ})


def _regenerate_token(stage: Stage, life: Life, actor: str) -> None:
    tokens = stage.acting(actor).tokens
    tokens.regenerate(stage.token_ids[life.key], months=life.months, overlap=life.overlap)


def _revoke_token(stage: Stage, life: Life, actor: str) -> None:
    stage.acting(actor).tokens.revoke(stage.token_ids[life.key])


def _revoke_all(stage: Stage, user_id: str) -> None:
    stage.acting(ADMIN).tokens.revoke_all(user_id)


def _refused_token(stage: Stage, actor: str, owner: str) -> None:
    with contextlib.suppress(errors.NotAllowed):
        stage.acting(actor).tokens.add(owner, "Just this once", Access.READ)


def _refused_edit(stage: Stage, actor: str, user_id: str) -> None:
    with contextlib.suppress(errors.NotAllowed):
        stage.acting(actor).users.edit(user_id, is_active=False)
