"""The peers that ``verify.py`` compares with, run by the Python of an environment of their own.

    python verify_peers.py PEER DATABASE_FILE TOKENS

Fills the SQLite file with that many tokens if it is not there, as the peer itself makes them;
then measures as ``verify_ways.py`` does. Each is asked for what it calls finding a token: no
access to an API is decided, and no HTTP is spoken.
"""

from __future__ import annotations

import random
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

SECONDS = 1.0
SAMPLE = 10_000
PRAGMAS = "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA cache_size=-65536;"

Check = Callable[[str], Any]


def jupyterhub(file: Path, tokens: int) -> tuple[Check, list[str]]:
    """JupyterHub: ``orm.APIToken.find``."""
    from jupyterhub import orm
    from jupyterhub.utils import hash_token
    from sqlalchemy import insert

    fresh = not file.exists()
    session = orm.new_session_factory(f"sqlite:///{file}")()
    texts = _texts(tokens)
    if fresh:
        users = [{"id": number + 1, "name": f"user{number}"} for number in range(tokens // 10 or 1)]
        session.execute(insert(orm.User), users)

        def row(number: int, text: str) -> dict[str, Any]:
            return {
                "prefix": text[: orm.APIToken.prefix_length],
                "hashed": hash_token(
                    text,
                    rounds=1,
                    salt=orm.APIToken.salt_bytes,
                    algorithm=orm.APIToken.algorithm,
                ),
                "user_id": number % len(users) + 1,
                "scopes": [],
                "client_id": "jupyterhub",
            }

        session.execute(
            insert(orm.OAuthClient), [{"identifier": "jupyterhub", "allowed_scopes": []}]
        )
        for some in _batches(row(number, text) for number, text in enumerate(texts)):
            session.execute(insert(orm.APIToken), some)
        session.commit()
    return lambda text: orm.APIToken.find(session, text), _sample(texts)


def knox(file: Path, tokens: int) -> tuple[Check, list[str]]:
    """django-rest-knox: ``TokenAuthentication.authenticate_credentials``."""
    _django(file, "django.contrib.auth", "django.contrib.contenttypes", "rest_framework", "knox")
    from django.contrib.auth import get_user_model
    from django.utils import timezone
    from knox.auth import TokenAuthentication
    from knox.crypto import hash_token
    from knox.models import AuthToken
    from knox.settings import CONSTANTS

    texts = _texts(tokens)
    if not AuthToken.objects.exists():
        user_model = get_user_model()
        count = tokens // 10 or 1
        users = (user_model(id=n + 1, username=f"user{n}", is_active=True) for n in range(count))
        for some in _batches(users):
            user_model.objects.bulk_create(some)
        expiry = timezone.now() + timezone.timedelta(days=36_500)
        made = (
            AuthToken(
                digest=hash_token(text),
                token_key=text[: CONSTANTS.TOKEN_KEY_LENGTH],
                user_id=number % count + 1,
                expiry=expiry,
            )
            for number, text in enumerate(texts)
        )
        for some in _batches(made):
            AuthToken.objects.bulk_create(some)
    authenticate = TokenAuthentication().authenticate_credentials
    return lambda text: authenticate(text.encode()), _sample(texts)


def api_key(file: Path, tokens: int) -> tuple[Check, list[str]]:
    """djangorestframework-api-key: ``APIKey.objects.is_valid``."""
    _django(file, "rest_framework", "rest_framework_api_key")
    from rest_framework_api_key.models import APIKey

    manager = APIKey.objects
    generator = manager.key_generator
    # Prefix and secret key as its own generator makes them, but so that they can be made again.
    texts = [f"{text[:8]}.{text[8:40]}" for text in _texts(tokens)]
    if not manager.exists():

        def row(text: str) -> Any:
            prefix, _, _ = text.partition(".")
            hashed = generator.hash(text)
            return APIKey(id=f"{prefix}.{hashed}", prefix=prefix, hashed_key=hashed, name="x")

        for some in _batches(map(row, texts)):
            manager.bulk_create(some, ignore_conflicts=True)
    return manager.is_valid, _sample(texts)


PEERS = {"jupyterhub": jupyterhub, "knox": knox, "api-key": api_key}


def main() -> None:
    """Measure one peer."""
    peer, file, tokens = sys.argv[1:]
    check, sample = PEERS[peer](Path(file), int(tokens))
    if not check(sample[0]):
        raise AssertionError("the peer does not know its own token")
    _rate(check, sample)
    print(*_rate(check, sample))


def _rate(check: Check, sample: list[str]) -> tuple[float, float]:
    count, started, cpu = 0, time.perf_counter(), time.process_time()
    while (taken := time.perf_counter() - started) < SECONDS:
        for text in sample[count % len(sample) :][:500]:
            check(text)
            count += 1
    return count / taken, count / (time.process_time() - cpu)


def _texts(tokens: int) -> list[str]:
    """Tokens of 64 hexadecimal digits, as all three make them, but the same each time."""
    chance = random.Random(1)
    return [chance.randbytes(32).hex() for _ in range(tokens)]


def _sample(texts: list[str]) -> list[str]:
    return random.Random(2).sample(texts, min(SAMPLE, len(texts)))


def _batches(rows: Iterator[Any]) -> Iterator[list[Any]]:
    while some := list(islice(rows, 5000)):
        yield some


def _django(file: Path, *applications: str) -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command

    settings.configure(
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": str(file),
                "OPTIONS": {"init_command": PRAGMAS},
            }
        },
        INSTALLED_APPS=list(applications),
        SECRET_KEY="x" * 50,
        USE_TZ=True,
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    )
    django.setup()
    call_command("migrate", verbosity=0)


if __name__ == "__main__":
    main()
