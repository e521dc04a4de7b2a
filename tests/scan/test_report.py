"""What a scan found, as JSON and as SARIF."""

from __future__ import annotations

import json
import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sarif_pydantic import Sarif

from tokenwidgets.scan import Leak, LeakState, scan
from tokenwidgets.scan.report import as_json, as_lines, as_sarif


@pytest.fixture
def done(tmp_path, secrets, monkeypatch):
    """A scan of two files, and the state of each of its two secrets."""
    one, other = secrets(2)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a b.txt").write_text(f"\n  {one}")
    (tmp_path / "c.txt").write_text(other)
    done = scan(["a b.txt", "c.txt", "nowhere"])
    live = Leak(LeakState.LIVE, 7, "nightly", "jdoe", datetime(2026, 7, 1, tzinfo=UTC))
    leaks = {done.found[0].digest: live, done.found[1].digest: Leak(LeakState.UNKNOWN)}
    return done, leaks, (one, other)


def test_lines_say_where_which_and_whose(done):
    done, leaks, (one, other) = done
    assert list(as_lines(done.found, leaks)) == [
        f"a b.txt:2:3: twk_…{one[-4:]} live, token nightly (7) of jdoe",
        f"c.txt:1:1: twk_…{other[-4:]} of no token here",
    ]


def test_json_says_the_same(done):
    done, leaks, (one, _) = done
    content = json.loads(as_json(done.found, leaks, done.problems))
    assert content["found"][0] == {
        "path": "a b.txt",
        "inside": "",
        "line": 2,
        "column": 3,
        "hint": f"twk_…{one[-4:]}",
        "state": "live",
        "token_id": 7,
        "token": "nightly",
        "owner": "jdoe",
        "expires_at": "2026-07-01T00:00:00+00:00",
    }
    assert content["problems"] == ["nowhere: No such file or directory"]


def test_sarif_is_what_code_hosts_need(done):
    done, leaks, _ = done
    text = as_sarif(done.found, leaks, done.problems)
    Sarif.model_validate_json(text)
    content = json.loads(text)
    assert content["version"] == "2.1.0"
    assert content["$schema"].endswith("sarif-2.1.0.json")
    (run,) = content["runs"]
    driver = run["tool"]["driver"]
    assert driver["name"] == "tokenwidgets"
    rules = [rule["id"] for rule in driver["rules"]]
    assert len(set(rules)) == len(LeakState)
    for rule in driver["rules"]:
        assert rule["shortDescription"]["text"]
        assert rule["help"]["text"]
    first, second = run["results"]
    assert [first["level"], second["level"]] == ["error", "warning"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert result["message"]["text"]
        assert result["partialFingerprints"]
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b.txt"
    assert place["region"] == {"startLine": 2, "startColumn": 3}
    (notice,) = run["invocations"][0]["toolExecutionNotifications"]
    assert "nowhere" in notice["message"]["text"]


def test_a_name_that_is_no_text_or_has_two_lines_is_told_in_each_report(
    tmp_path, secret, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    Path(os.fsdecode(b"\xe9\n\x1b.txt")).write_text(secret)
    link = Path(os.fsdecode(b"\xe9\nlink"))
    link.symlink_to("nowhere")
    done = scan([".", link])
    leaks = {done.found[0].digest: Leak(LeakState.NOT_LOOKED_UP)}
    said = f"twk_…{secret[-4:]} not looked up"
    assert list(as_lines(done.found, leaks)) == [f"./\\udce9\\n\\x1b.txt:1:1: {said}"]
    assert done.problems == ["\\udce9\\nlink: No such file or directory"]
    text = as_json(done.found, leaks, done.problems).encode()
    assert json.loads(text)["found"][0]["path"] == "./\\xe9\n\x1b.txt"
    text = as_sarif(done.found, leaks, done.problems)
    (result,) = json.loads(text.encode())["runs"][0]["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == "%E9%0A%1B.txt"


def test_a_leak_that_moves_down_stays_the_same(tmp_path, secret, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "key"
    prints = []
    for text in (secret, f"\n\n{secret}", f"{secret}\n"):
        path.write_text(text)
        found = scan(["key"]).found
        leaks = {found[0].digest: Leak(LeakState.NOT_LOOKED_UP)}
        (result,) = json.loads(as_sarif(found, leaks, []))["runs"][0]["results"]
        prints.append(result["partialFingerprints"])
    assert prints[0] == prints[1] == prints[2]


def test_no_report_has_the_secret_or_its_digest(done):
    done, leaks, texts = done
    said = "".join(
        [
            *as_lines(done.found, leaks),
            as_json(done.found, leaks, done.problems),
            as_sarif(done.found, leaks, done.problems),
            repr(done),
        ]
    )
    for text in texts:
        assert text not in said
        assert text[4:20] not in said
