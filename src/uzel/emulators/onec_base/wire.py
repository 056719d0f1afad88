"""Requests on the wire: exactly the method, URL and headers of the platform's HTTPСоединение (onec-exchange 1.2)."""

import base64
from urllib.parse import urlsplit

import httpx2

from uzel.emulators.onec_base.answers import Answer, Auth, read_checkauth
from uzel.emulators.onec_base.errors import ExchangeError, LostAnswerError, VanishedError
from uzel.emulators.onec_base.faults import Faults
from uzel.emulators.onec_base.journal import Call, Journal
from uzel.emulators.onec_base.profiles import DEFAULT_SCRIPT, Settings

USER_AGENT = "1C+Enterprise/8.3"
MAX_ANSWER_BYTES = 512 * 1024 * 1024
PARTIAL = "without sending complete message body"  # httpx2's words for «Transferred a partial file»
UNREACHABLE = (httpx2.HTTPError, httpx2.InvalidURL)
# Steps named alike in faults and in the record of calls, whatever query string they are sent with.
SAME_STEPS = {"upload_init": "init", "fetch_init": "init", "fetch": "query"}


class Wire:
    """Sends one step after another; knows the session's cookie and sessid once :meth:`log_in` got them."""

    def __init__(
        self, url: str, login: str, password: str, settings: Settings, client: httpx2.Client, faults: Faults,
        journal: Journal, kind: str = "sale",
    ) -> None:  # fmt: skip
        self.settings = settings
        self.auth = Auth()
        self._kind = kind
        self._client = client
        self._faults = faults
        self._journal = journal
        parts = urlsplit(url)
        self._host = f"{parts.scheme}://{parts.netloc}"
        self._path = parts.path if parts.path not in ("", "/") else DEFAULT_SCRIPT
        self._login, self._password = login, password

    def log_in(self) -> None:
        """Begin a session: checkauth knows nothing of an earlier cookie."""
        self.auth = Auth()
        self.auth = read_checkauth(self.get("checkauth"))

    def get(self, step: str, filename: str = "", package: str = "") -> Answer:
        """A GET step; a partial answer is asked for once more, silently; a status other than 200 is only logged."""
        try:
            answer = self._send("GET", step, filename, None, package)
        except httpx2.RemoteProtocolError as error:
            if PARTIAL not in str(error):
                raise ExchangeError(f"Соединение с сервером разорвано: {error}") from error
            answer = self._translated("GET", step, filename, None, package)
        except UNREACHABLE as error:
            raise ExchangeError(f"Нет соединения с сервером: {error}") from error
        if answer.status != 200:
            self._journal.warning(f"{step}: код состояния HTTP {answer.status}")
        return answer

    def post(self, filename: str, body: bytes) -> Answer:
        """One part of a file; a status other than 200 is an error in the log, the body still decides."""
        answer = self._translated("POST", "file", filename, body)
        if answer.status != 200:
            self._journal.error(f"Ошибка отправки файла {filename}: код состояния HTTP {answer.status}")
        return answer

    def _translated(self, method: str, step: str, filename: str, body: bytes | None, package: str = "") -> Answer:
        try:
            return self._send(method, step, filename, body, package)
        except UNREACHABLE as error:
            raise ExchangeError(f"Нет соединения с сервером: {error}") from error

    def _send(self, method: str, step: str, filename: str, body: bytes | None, package: str = "") -> Answer:
        name = SAME_STEPS.get(step, step)
        if self._faults.take("vanish_before", name):
            raise VanishedError(name)
        path = DEFAULT_SCRIPT if name == "info" else self._path  # hard-coded in the configuration
        words = {"kind": self._kind, "timestamp": self.auth.timestamp_line, "package": package}
        target = f"{path}?{self.settings.query_string(step, self._sessid(name), filename, **words)}"
        request = httpx2.Request(method, self._host + target, headers=self._headers(name), content=body)
        request.extensions["timeout"] = httpx2.Timeout(self.settings.timeout_seconds).as_dict()
        lose = self._faults.take("lose_answer", name)
        answer = None
        try:
            answer = self._read(request, lose)
        finally:  # a request without an answer was sent all the same
            self._record(request, target, name, len(body or b""), answer)
        if answer is None:
            raise LostAnswerError(f"{name}: соединение разорвано, ответ сервера не получен")
        return answer

    def _read(self, request: httpx2.Request, lose: bool) -> Answer | None:
        response = self._client.send(request, stream=True, follow_redirects=False)
        try:
            if lose:  # the server has worked already; closing the stream drops the connection
                return None
            # Raw bytes: the client undoes no Content-Encoding, so a compressed answer is unreadable to it.
            body = bytearray()
            for chunk in response.iter_raw():
                body += chunk
                if len(body) > MAX_ANSWER_BYTES:
                    raise ExchangeError("Ответ сервера слишком велик")
        finally:
            response.close()
        return Answer(response.status_code, response.headers.get("Content-Type", ""), bytes(body))

    def _record(self, request: httpx2.Request, target: str, step: str, body_bytes: int, answer: Answer | None) -> None:
        status, reply = (answer.status, answer.text[:200]) if answer else (0, "")
        headers = tuple((name, value) for name, value in request.headers.items() if name in ("cookie", "user-agent"))
        self._journal.called(Call(request.method, target, step, headers, body_bytes, status, reply))

    def _sessid(self, step: str) -> str:
        """``&`` and line 4 as it stands; UT cuts the word off and puts its own (onec-exchange 1.2)."""
        line = self.auth.sessid_line
        if not line or not self.settings.use_session_id:
            return ""
        if self._faults.take("wrong_sessid", step):
            line = f"sessid={'0' * 32}"
        return f"&sessid={line.removeprefix('sessid=')}" if self.settings.profile == "ut" else f"&{line}"

    def _headers(self, step: str) -> list[tuple[str, str]]:
        password = self._password + "?" if self._faults.take("wrong_password", step) else self._password
        # The platform encodes login and password in UTF-8.
        basic = base64.b64encode(f"{self._login}:{password}".encode()).decode()
        headers = [("Authorization", f"Basic {basic}"), ("User-Agent", USER_AGENT)]
        has_cookie = self.settings.send_cookies and self.auth.cookie_name
        if has_cookie and not self._faults.take("no_cookie", step):
            headers.append(("Cookie", f"{self.auth.cookie_name}={self.auth.cookie_value}"))
        return headers
