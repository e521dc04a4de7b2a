"""A secret is shown once, and is nowhere afterwards: not on disk, not in a log, not in an error."""

from __future__ import annotations

import dataclasses
import json
import logging
import pickle
import traceback
from datetime import timedelta

import pytest
from sqlalchemy import event
from state import rows

from tokenwidgets import errors
from tokenwidgets.database import Database
from tokenwidgets.platform import open_platform
from tokenwidgets.secret import mint
from tokenwidgets.vocabulary import Access


@pytest.fixture
def log(caplog):
    """Everything that is logged, at the most talkative: SQLAlchemy's statements, too."""
    for name in (
        "",
        "tokenwidgets",
        "sqlalchemy",
        "sqlalchemy.engine",
        "sqlalchemy.pool",
        "alembic",
    ):
        caplog.set_level(logging.DEBUG, logger=name)
    return caplog


def all_flows(platform):
    """Make secrets in every way, refusals among them: the secrets, and what else was said."""
    tokens, seen, said = platform.tokens, [], []

    def refused(call):
        with pytest.raises(errors.TokenWidgetsError) as refusal:
            call()
        said.append("".join(traceback.format_exception(refusal.value)))

    first = tokens.add("jdoe", "nightly", Access.FULL)
    seen += [first, *tokens.add_separately("jdoe", "each", Access.READ)]
    refused(lambda: tokens.add("jdoe", "nightly", Access.READ))
    tokens.edit(first.token.id, name="weekly")
    refused(lambda: tokens.edit(first.token.id, name="stale", version=1))
    seen.append(tokens.regenerate(first.token.id, overlap=timedelta(hours=1)))
    seen.append(tokens.regenerate(first.token.id, overlap=timedelta(hours=1)))
    tokens.revoke(first.token.id)
    refused(lambda: tokens.regenerate(first.token.id))
    tokens.revoke_all("jdoe")
    said += [repr(new) + str(new) + repr(dataclasses.replace(new)) for new in seen]
    said += [repr(platform.tokens.page("jdoe", ended=True)), repr(platform.history.page(rows=1000))]
    return [new.secret.reveal() for new in seen], said


def parts(secret):
    """The random text of a secret, and pieces of it long enough to help a thief."""
    text = secret.partition("_")[2]
    return {text, text[:16], text[8:24], text[-16:], text[::-1]}


def leaks(secrets, text):
    return [part for secret in secrets for part in parts(secret) if part in text]


def test_no_file_of_the_database_has_a_secret_in_it(
    populated, tmp_path, database, backend, request
):
    secrets, _ = all_flows(populated)
    assert not leaks(secrets, repr(rows(database)))
    if backend == "postgresql":
        server = request.getfixturevalue("postgresql")
        server.checkpoint()
        folder = server.folder
    else:
        folder = tmp_path
        assert (tmp_path / "platform.db-wal").stat().st_size > 0
    needles = [part.encode() for secret in secrets for part in parts(secret)]
    files = [path for path in folder.rglob("*") if path.is_file() and not path.is_symlink()]
    assert files
    for path in files:
        content = path.read_bytes()
        assert not [needle for needle in needles if needle in content], path.name
    # What may be shown of a secret is there, so it is the right place that was looked at.
    hints = {secret[-4:].encode() for secret in secrets}
    found = b"".join(path.read_bytes() for path in files)
    assert all(hint in found for hint in hints)


def test_no_log_has_a_secret_in_it_however_talkative(populated, database, clock, log, capfd):
    talkative = Database(database.url, echo="debug")
    secrets, _ = all_flows(open_platform(talkative, "admin", clock=clock))
    talkative.close()
    out, err = capfd.readouterr()
    written = log.text + out + err
    assert "INSERT INTO token_secrets" in written
    assert not leaks(secrets, written)


def test_no_error_and_no_repr_has_a_secret_in_it(populated):
    secrets, said = all_flows(populated)
    assert len(said) > 10
    assert not leaks(secrets, "\n".join(said))


def test_an_error_of_the_database_while_a_secret_is_stored_does_not_tell_it(
    populated, database, clock, log, monkeypatch
):
    """Even the whole chain of exceptions, with what each statement was given."""
    minted = []

    def remember(prefix):
        minted.append(mint(prefix))
        return minted[-1]

    monkeypatch.setattr("tokenwidgets.tokens.issue.mint", remember)
    other = Database(database.url)

    @event.listens_for(other.engine, "before_cursor_execute", retval=True)
    def spoil(_connection, _cursor, statement, parameters, *_):
        if "INTO token_secrets" in statement:
            statement = statement.replace("INTO token_secrets", "INTO no_such_table")
        return statement, parameters

    with pytest.raises(Exception) as failure:
        open_platform(other, "admin", clock=clock).tokens.add("jdoe", "nightly", Access.READ)
    other.close()
    text = "".join(traceback.format_exception(failure.value)) + log.text
    assert len(minted) == 1
    assert "no_such_table" in text
    assert not leaks([secret.reveal() for secret in minted], text)


def test_what_holds_a_secret_cannot_be_stored_by_accident(populated):
    new = populated.tokens.add("jdoe", "nightly", Access.READ)
    for store in (
        pickle.dumps,
        json.dumps,
        dataclasses.asdict,
        lambda it: pickle.dumps(it.secret),
        lambda it: json.dumps({"secret": it.secret}),
    ):
        with pytest.raises(TypeError):
            store(new)
    assert json.dumps(dataclasses.asdict(new.token), default=str)
