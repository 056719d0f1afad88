"""Answers byte for byte: no BOM, no trailing newline, charset last in Content-Type (onec-exchange 1.3)."""

import pytest

from uzel.exchange import replies
from uzel.exchange.replies import Answer, render


@pytest.mark.parametrize(
    ("answer", "body"),
    [
        (replies.check_auth("c00kie", "t0ken"), b"success\nUZELSESSION\nc00kie\nsessid=t0ken"),
        (replies.init_old(204800), b"zip=no\nfile_limit=204800"),
        (replies.init_new(204800, "t0ken"), b"zip=yes\nfile_limit=204800\nsessid=t0ken\nversion=2.09"),
        (replies.success(), b"success"),
        (replies.success(["a\nb", "c"]), b"success\na b\nc"),
        (replies.progress("50\n%"), b"progress\n50 %"),
        (replies.failure("why", "not"), b"failure\nwhy\nnot"),
        (replies.xml(b"<?xml ?>"), b"<?xml ?>"),
    ],
)
def test_bodies(answer: Answer, body: bytes) -> None:
    assert render(answer, "utf-8").body == body


def test_no_refusal_is_too_long_to_be_shown() -> None:
    text = render(replies.failure("а" * 200, "б" * 200), "utf-8").body.decode()
    assert (len(text), text[-2:]) == (254, "б…")
    assert render(replies.failure("а" * 246), "utf-8").body.decode()[-1] == "а"


def test_no_line_behind_success_is_too_long_to_be_read() -> None:
    first, line, short = render(replies.success(["а" * 400, "б"]), "windows-1251").body.decode("windows-1251").split("\n")
    assert (first, len(line), line[-2:], short) == ("success", 254, "а…", "б")


def test_the_old_init_is_exactly_two_lines() -> None:
    assert len(render(replies.init_old(1), "utf-8").body.split(b"\n")) == 2


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_the_header_names_the_encoding_of_the_body_and_nothing_follows_it(encoding: str) -> None:
    reply = render(replies.failure("Причина"), encoding)
    assert reply.body == "failure\nПричина".encode(encoding)
    assert reply.content_type == f"text/plain; charset={encoding}"
    assert render(replies.xml(b""), encoding).content_type == f"application/xml; charset={encoding}"


def test_a_letter_foreign_to_the_encoding_does_not_break_the_answer() -> None:
    assert render(replies.failure("ну\N{SNOWMAN}"), "windows-1251").body == "failure\nну?".encode("windows-1251")


def test_secrets_do_not_reach_the_archive() -> None:
    reply = render(replies.check_auth("c00kie", "t0ken"), "utf-8")
    assert reply.archived == b"success\nUZELSESSION\n***\nsessid=***"
    assert reply.line == "success UZELSESSION *** sessid=***"
    assert "t0ken" not in render(replies.init_new(1, "t0ken"), "utf-8").archived.decode()


def test_an_unnamed_caller_is_asked_for_his_name() -> None:
    reply = render(replies.failure("кто вы", challenge=True), "utf-8")
    assert reply.status == 401
    assert dict(reply.headers) == {"WWW-Authenticate": 'Basic realm="1C"'}
    assert render(replies.failure("нет"), "utf-8").status == 200


def test_the_line_of_a_long_answer_is_short() -> None:
    assert len(render(replies.xml(b"<" + b"x" * 5000), "utf-8").line) == replies.LINE_LENGTH


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251"])
def test_json_is_utf_8_whatever_the_node_reads_and_has_a_name(encoding: str) -> None:
    reply = render(replies.json('{"code": "ВЕСНА"}', ""), encoding)
    assert (reply.status, reply.body.decode(), reply.archived) == (200, '{"code": "ВЕСНА"}', reply.body)
    assert reply.content_type == "application/json; charset=utf-8"
    ((name, etag),) = reply.headers
    assert name == "ETag"
    assert etag.startswith('"')
    assert etag.endswith('"')


@pytest.mark.parametrize("known", ["{}", "W/{}", '"other", {}', "*"])
def test_json_that_the_base_has_is_not_said_again(known: str) -> None:
    etag = dict(render(replies.json("{}", ""), "utf-8").headers)["ETag"]
    reply = render(replies.json("{}", known.replace("{}", etag)), "utf-8")
    assert (reply.status, reply.body, dict(reply.headers)) == (304, b"", {"ETag": etag})
    assert render(replies.json("[]", etag), "utf-8").status == 200
