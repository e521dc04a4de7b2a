"""The gate's OpenAPI description is true: schemathesis tries all that it says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from served import served

from tokenwidgets.gate import Gate


@pytest.fixture(scope="module", params=["nginx", "traefik", "envoy"])
def described(request: pytest.FixtureRequest, shared: Any) -> Iterator[str]:
    application = Gate(proxy=request.param, apis={"/orders": "orders"}).application(shared.url)
    with served(application) as url:
        yield url


@pytest.mark.parametrize("access", [None, "full", "introspector"])
def test_every_answer_is_as_described(described: str, shared: Any, access: str | None) -> None:
    schema = schemathesis.openapi.from_url(f"{described}/openapi.json")
    headers = shared.bearer(access) if access else {}
    paths = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        paths.add(operation.path)

        @settings(max_examples=20, suppress_health_check=list(HealthCheck))
        @given(operation.as_strategy())
        def call(case: schemathesis.Case) -> None:
            case.call_and_validate(headers=headers)

        call()
    assert {"/health", "/metrics", "/introspect", "/auth"} <= paths
