"""Requests of other sites' pages are refused, and a browser is told to stay here."""

from __future__ import annotations

import pytest

from invgray.serve.guard import is_loopback


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"Host": "localhost:1"}, 200),
        ({"Host": "[::1]:8000"}, 200),
        ({"Host": "a.localhost"}, 200),
        ({"Host": "127.8.9.1"}, 200),
        ({"Host": "example.org"}, 403),
        ({"Host": "127.0.0.1.example.org"}, 403),
        ({"Host": "[half"}, 403),
        ({"Host": "localhost", "Origin": "http://localhost"}, 200),
        ({"Origin": "http://example.org"}, 403),
        ({"Origin": "null"}, 403),
        ({"Sec-Fetch-Site": "same-origin"}, 200),
        ({"Sec-Fetch-Site": "none"}, 200),
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Sec-Fetch-Site": "same-site"}, 403),
        ({"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}, 200),
    ],
)
def test_only_the_page_and_programs_are_served(server, headers, status):
    answer = server.ask("/health", headers=headers)
    assert answer.status == status
    assert (answer.headers["Content-Type"] == "application/problem+json") == (status == 403)


def test_forms_of_other_sites_do_no_work(server, small):
    headers = {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
    assert server.ask("/encode", small, headers=headers).status == 403


def test_every_answer_forbids_other_hosts(server):
    for path in ("/", "/page/main.js", "/health", "/nope"):
        headers = server.ask(path).headers
        policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
        assert policy.pop("default-src") == "'none'"
        assert {source for rule in policy.values() for source in rule.split()} == {
            *("'self'", "'none'", "blob:")
        }
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert "Server" not in headers


def test_loopback():
    assert all(map(is_loopback, ("127.0.0.1", "::1", "localhost", "127.3.2.1")))
    assert not any(map(is_loopback, ("0.0.0.0", "::", "192.168.0.1", "localhost.com", "")))
