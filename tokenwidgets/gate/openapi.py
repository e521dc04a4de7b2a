"""The gate's own interface, as an OpenAPI document."""

from __future__ import annotations

from typing import Any

from tokenwidgets import __version__
from tokenwidgets.gate.forward import PREFIX, PROXIES

__all__ = ["describe"]

_ERROR = {
    "content": {
        "application/json": {
            "schema": {
                "type": "object",
                "required": ["error"],
                "properties": {"error": {"type": "string"}},
            }
        }
    }
}
_CHALLENGE = {"WWW-Authenticate": {"required": True, "schema": {"type": "string"}}}


def describe(proxy: str) -> dict[str, Any]:
    """The document for a gate beside this proxy."""
    auth = _auth(proxy)
    paths: dict[str, Any] = {
        "/health": {"get": _health()},
        "/metrics": {"get": _metrics()},
        "/openapi.json": {"get": _itself()},
        "/introspect": {"post": _introspect()},
        PREFIX: {"get": auth},
    }
    if PROXIES[proxy] is not None:
        api = {"name": "api", "in": "path", "required": True, "schema": {"type": "string"}}
        named = {**auth, "operationId": "authApi", "parameters": [api, *auth["parameters"]]}
        paths[f"{PREFIX}/{{api}}"] = {"get": named}
    return {
        "openapi": "3.1.0",
        "info": {"title": "tokenwidgets gate", "version": __version__},
        "paths": paths,
        "components": {
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer"},
                "basic": {"type": "http", "scheme": "basic"},
            }
        },
    }


def _auth(proxy: str) -> dict[str, Any]:
    told = PROXIES[proxy] or ()
    return {
        "operationId": "auth",
        "summary": "May this request pass? Asked by the proxy.",
        "security": [{"bearer": []}],
        "parameters": [
            {"name": name.decode(), "in": "header", "required": True, "schema": {"type": "string"}}
            for name in told
        ],
        "responses": {
            "200": {
                "description": "It may.",
                "headers": {
                    "X-Token-User": {"required": True, "schema": {"type": "string"}},
                    "X-Token-Id": {"required": True, "schema": {"type": "integer"}},
                },
            },
            "401": {"description": "No token that works.", "headers": _CHALLENGE, **_ERROR},
            "403": {"description": "Not with this token.", "headers": _CHALLENGE, **_ERROR},
            "503": {"description": "It cannot be known now.", **_ERROR},
        },
    }


def _introspect() -> dict[str, Any]:
    form = {
        "type": "object",
        "required": ["token"],
        "properties": {
            "token": {"type": "string", "minLength": 1, "maxLength": 1000},
            "token_type_hint": {"type": "string", "maxLength": 100},
        },
        "additionalProperties": False,
    }
    claims = {
        "type": "object",
        "required": ["active"],
        "properties": {
            "active": {"type": "boolean"},
            "scope": {"type": "string"},
            "username": {"type": "string"},
            "sub": {"type": "string"},
            "jti": {"type": "string"},
            "token_type": {"const": "Bearer"},
            "iat": {"type": "integer"},
            "exp": {"type": "integer"},
        },
    }
    return {
        "operationId": "introspect",
        "summary": "What a token is and opens (RFC 7662).",
        "security": [{"bearer": []}, {"basic": []}],
        "requestBody": {
            "required": True,
            "content": {"application/x-www-form-urlencoded": {"schema": form}},
        },
        "responses": {
            "200": {
                "description": "Whether it works, and if so what it opens.",
                "content": {"application/json": {"schema": claims}},
            },
            "400": {"description": "Not a form with one token.", **_ERROR},
            "401": {"description": "Who asks has no token that works.", **_ERROR},
            "403": {"description": "Who asks may not.", **_ERROR},
            "503": {"description": "It cannot be known now.", **_ERROR},
        },
    }


def _health() -> dict[str, Any]:
    content = {
        "application/json": {
            "schema": {"type": "object", "properties": {"status": {"type": "string"}}}
        }
    }
    return {
        "operationId": "health",
        "responses": {
            "200": {"description": "The database answers.", "content": content},
            "503": {"description": "It does not.", "content": content},
        },
    }


def _metrics() -> dict[str, Any]:
    content = {"text/plain": {"schema": {"type": "string"}}}
    return {
        "operationId": "metrics",
        "responses": {"200": {"description": "For Prometheus.", "content": content}},
    }


def _itself() -> dict[str, Any]:
    content = {"application/json": {"schema": {"type": "object"}}}
    return {
        "operationId": "openapi",
        "responses": {"200": {"description": "This document.", "content": content}},
    }
