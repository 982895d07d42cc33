from webapp import sessions as module
from webapp.sessions import COOKIE, IDLE_S, Person, Sessions, Tokens

ASHA = Person("Asha Menon", "asha@bank.example", "customer", "Asia/Kolkata")
TOKENS = Tokens("access", "refresh", 0.0)


class Clock:
    now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_a_session_is_found_by_its_cookie_among_others():
    open_sessions = Sessions()
    session = open_sessions.start(ASHA, TOKENS)
    assert open_sessions.find(f"theme=dark; {COOKIE}={session.id}; x=1") is session


def test_ids_cannot_be_guessed_and_never_repeat():
    open_sessions = Sessions()
    ids = {open_sessions.start(ASHA, TOKENS).id for _ in range(100)}
    assert len(ids) == 100
    assert all(len(found) >= 43 for found in ids)  # 32 random bytes


def test_a_wrong_missing_or_malformed_cookie_finds_nothing():
    open_sessions = Sessions()
    open_sessions.start(ASHA, TOKENS)
    for cookies in ("", f"{COOKIE}=", f"{COOKIE}=guess", "====;;;", f'{COOKIE}="', "x" * 10_000):
        assert open_sessions.find(cookies) is None


def test_an_ended_session_is_gone():
    open_sessions = Sessions()
    session = open_sessions.start(ASHA, TOKENS)
    open_sessions.end(session)
    assert open_sessions.find(f"{COOKIE}={session.id}") is None


def test_a_session_ends_when_nobody_uses_it_and_lives_while_somebody_does():
    clock = Clock()
    open_sessions = Sessions(clock)
    used, idle = open_sessions.start(ASHA, TOKENS), open_sessions.start(ASHA, TOKENS)
    clock.now += IDLE_S - 1
    assert open_sessions.find(f"{COOKIE}={used.id}") is used
    clock.now += 2
    assert open_sessions.find(f"{COOKIE}={used.id}") is used
    assert open_sessions.find(f"{COOKIE}={idle.id}") is None


def test_the_session_unused_for_longest_makes_room(monkeypatch):
    monkeypatch.setattr(module, "SESSIONS_MAX", 2)
    open_sessions = Sessions()
    first, second = open_sessions.start(ASHA, TOKENS), open_sessions.start(ASHA, TOKENS)
    open_sessions.find(f"{COOKIE}={first.id}")
    open_sessions.start(ASHA, TOKENS)
    assert open_sessions.find(f"{COOKIE}={first.id}") is first
    assert open_sessions.find(f"{COOKIE}={second.id}") is None
