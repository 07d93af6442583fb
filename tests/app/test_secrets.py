import asyncio
import threading
import types

import pytest

from ivcdesk.app.secrets import Keyring, Obstacle, Secret

SECRET = Secret("key-of-ann", "token-of-ann")


class KeyringErrors:
    """The exceptions that the keyring library raises, by its own names."""

    class KeyringError(Exception):
        pass

    class NoKeyringError(KeyringError, RuntimeError):
        pass

    class InitError(KeyringError):
        pass

    class KeyringLocked(KeyringError):
        pass

    class PasswordSetError(KeyringError):
        pass

    class PasswordDeleteError(KeyringError):
        pass


def backend(module: str = "keyring.backends.SecretService", **methods):
    """Return a backend as the keyring library has them, of a class from ``module``."""
    store: dict[tuple[str, str], str] = {}

    def delete(_self, service, user):
        if (service, user) not in store:
            raise KeyringErrors.PasswordDeleteError
        del store[service, user]

    body = {
        "get_password": lambda _self, service, user: store.get((service, user)),
        "set_password": lambda _self, *entry: store.__setitem__(entry[:2], entry[2]),
        "delete_password": delete,
        "store": store,
    } | methods
    return type("Backend", (), {**body, "__module__": module})()


def library(found) -> types.SimpleNamespace:
    return types.SimpleNamespace(get_keyring=lambda: found, errors=KeyringErrors)


def keyring(found, **options) -> Keyring:
    return Keyring(load=lambda: library(found), **options)


async def until_kept(ring: Keyring) -> None:
    """Wait until the keyring takes secrets again."""
    for _ in range(400):
        if (await ring.write("bob", SECRET)).obstacle is None:
            return
        await asyncio.sleep(0.005)
    raise AssertionError(f"never again: {ring.keeping}")


def raises(error: BaseException):
    def method(*_):
        raise error

    return method


def test_what_was_written_is_read_by_another_run():
    real = backend()

    async def run():
        kept = await keyring(real).write("ann", SECRET)
        assert (kept.keyring, kept.obstacle) == ("Secret Service", None)
        return await keyring(real).read("ann")

    assert asyncio.run(run()) == SECRET


def test_secrets_are_in_no_text():
    assert "key-of-ann" not in repr(SECRET)
    assert "token-of-ann" not in repr(SECRET)


def test_forgetting_removes_it_and_does_not_mind_if_there_was_none():
    real = backend()

    async def run():
        ring = keyring(real)
        await ring.write("ann", SECRET)
        await ring.forget("ann")
        await ring.forget("ann")
        assert ring.keeping.obstacle is None
        return await ring.read("ann")

    assert asyncio.run(run()) is None
    assert real.store == {}


@pytest.mark.parametrize(
    ("found", "obstacle"),
    [
        (backend("keyring.backends.fail"), Obstacle.MISSING),
        (backend("keyring.backends.null"), Obstacle.MISSING),
        (backend("keyrings.alt.file"), Obstacle.INSECURE),
        (backend("some.unknown.module"), Obstacle.INSECURE),
        (backend(set_password=raises(KeyringErrors.KeyringLocked("no"))), Obstacle.LOCKED),
        (backend(set_password=raises(KeyringErrors.InitError("dismissed"))), Obstacle.LOCKED),
        (backend(set_password=raises(KeyringErrors.NoKeyringError())), Obstacle.MISSING),
        (backend(set_password=raises(KeyringErrors.PasswordSetError())), Obstacle.FAILED),
        (backend(set_password=raises(FileNotFoundError("bus"))), Obstacle.UNREACHABLE),
        (backend(set_password=raises(RuntimeError("dbus"))), Obstacle.UNREACHABLE),
    ],
)
def test_what_the_keyring_does_not_take_is_kept_in_memory(found, obstacle):
    async def run():
        ring = keyring(found)
        kept = await ring.write("ann", SECRET)
        assert (kept.keyring, kept.obstacle) == ("", obstacle)
        assert await ring.read("ann") == SECRET
        await ring.forget("ann")
        return await ring.read("ann")

    assert asyncio.run(run()) is None


def test_a_plain_text_backend_behind_a_chain_is_never_asked():
    plain = backend("keyrings.alt.file", set_password=raises(AssertionError("asked")))
    real = backend()
    chain = backend("keyring.backends.chainer", backends=[plain, real])

    async def run():
        return await keyring(chain).write("ann", SECRET)

    assert asyncio.run(run()).obstacle is None
    assert real.store


def test_without_the_library_memory_serves():
    def load():
        raise ModuleNotFoundError("keyring")

    async def run():
        return await Keyring(load=load).write("ann", SECRET)

    assert asyncio.run(run()).obstacle is Obstacle.MISSING


def test_a_stuck_keyring_is_given_up_and_blocks_nobody():
    stuck, asked = threading.Event(), threading.Event()

    def hang(*_):
        asked.set()
        stuck.wait(20)

    async def run():
        ring = keyring(backend(get_password=hang), time_limit=0.05)
        assert await ring.read("ann") is None
        assert ring.keeping.obstacle is Obstacle.SILENT
        assert asked.is_set()
        # Nothing is piled up behind the stuck question.
        kept = await ring.write("ann", SECRET)
        assert kept.obstacle is Obstacle.SILENT
        assert await ring.read("ann") == SECRET
        stuck.set()
        await until_kept(ring)
        return ring.keeping

    assert asyncio.run(run()).keyring == "Secret Service"


def test_giving_up_waiting_leaves_the_keyring_usable():
    stuck = threading.Event()

    async def run():
        ring = keyring(backend(get_password=lambda *_: stuck.wait(20)), time_limit=5)
        task = asyncio.ensure_future(ring.read("ann"))
        await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        stuck.set()
        await until_kept(ring)

    asyncio.run(run())


def test_foreign_content_is_no_secret():
    real = backend()
    real.store["ivcdesk", "ann"] = "not json"
    real.store["ivcdesk", "bob"] = '["x"]'

    async def run():
        ring = keyring(real)
        return await ring.read("ann"), await ring.read("bob")

    assert asyncio.run(run()) == (None, None)


def test_one_thread_serves_all_and_does_not_keep_the_program_alive():
    names = []

    def note(*_):
        names.append((threading.current_thread().name, threading.current_thread().daemon))

    async def run():
        ring = keyring(backend(get_password=note))
        await asyncio.gather(*(ring.read(f"user {n}") for n in range(5)))

    asyncio.run(run())
    assert set(names) == {("keyring", True)}


def test_held_secrets_stay_out_of_the_keyring():
    real = backend()

    async def run():
        ring = keyring(real)
        ring.hold("ann", SECRET)
        return await ring.read("ann")

    assert asyncio.run(run()) == SECRET
    assert real.store == {}
