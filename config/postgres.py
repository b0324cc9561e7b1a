"""A PostgreSQL of our own on loopback.

The server listens on 127.0.0.1 with a password (SCRAM) and opens no Unix socket, so the length of the
project's path does not matter and nothing lies in a shared folder. PostgreSQL refuses to run as root; then
it runs as `postgres` or `nobody` on data in a fresh private folder that this user can reach. No
permission of an existing folder is ever changed. Needs nothing but the standard library.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass, replace
from pathlib import Path

from config.postgres_programs import Binaries, can_reach
from config.processes import CannotStart, Child, as_owner, last_lines, start, wait_until

SUPERUSER = "kinerja"
# A fresh cluster takes about 60 MB; the demo year and its write-ahead log come on top.
NEEDED_BYTES = 600 * 1024 * 1024

# A statement or a parameter may carry an answer that is sealed elsewhere: never into the server's log.
PRIVACY = {
    "log_statement": "none",
    "log_min_error_statement": "panic",
    "log_parameter_max_length": "0",
    "log_parameter_max_length_on_error": "0",
    # Else an error quotes the row that it refused.
    "log_error_verbosity": "terse",
}
# Only for tests: a crash of the machine may lose their data.
HASTE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_wal_size": "4GB"}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A data folder with what is needed to serve it. `owner` is the user it belongs to when we are root."""

    home: Path
    port: int
    password: str
    owner: pwd.struct_passwd | None

    @property
    def data(self) -> Path:
        """PostgreSQL's own folder."""
        return self.home / "data"

    def url(self, database: str) -> str:
        """The address for DATABASE_URL."""
        return f"postgres://{SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"


# --- users and folders --------------------------------------------------------------------------


def service_user() -> pwd.struct_passwd | None:
    """Who runs PostgreSQL: nobody else unless we are root, then `postgres` or `nobody`."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise CannotStart(
        "PostgreSQL tidak mau berjalan sebagai root, dan pengguna `postgres` atau `nobody` tidak ada."
    )


def owner_of(home: Path) -> pwd.struct_passwd | None:
    """The user to whom an existing cluster belongs, when we are root and must become that user."""
    return pwd.getpwuid(home.stat().st_uid) if os.geteuid() == 0 else None


def private_folder(prefix: str, owner: pwd.struct_passwd | None) -> Path:
    """A fresh folder (mode 0700) for `owner` in a shared place that this user can reach.

    The places are tried in turn; their own permissions are left as they are.
    """
    for parent in dict.fromkeys((Path("/var/tmp"), Path(tempfile.gettempdir()), Path("/tmp"))):  # noqa: S108  # mkdtemp below is private
        if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
            continue
        folder = Path(tempfile.mkdtemp(prefix=prefix, dir=parent))
        if owner is not None:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        if can_reach(folder, owner):
            return folder
        folder.rmdir()
    raise CannotStart("Tidak ada tempat untuk data PostgreSQL: /var/tmp dan /tmp tidak dapat dipakai.")


def free_port() -> int:
    """A port on loopback that nobody uses at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def port_is_free(port: int) -> bool:
    """Whether a server could listen on this loopback port now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def demand_space(folder: Path, needed: int = NEEDED_BYTES) -> None:
    """Refuse with a sentence when the disk of `folder` has less than `needed` bytes left."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise CannotStart(_full(folder, f"tersisa {free // 2**20} MB, diperlukan {needed // 2**20} MB"))


def _full(folder: Path, detail: str) -> str:
    return f"Ruang penyimpanan di {folder} tidak cukup ({detail}); kosongkan sebagian, lalu jalankan lagi."


# --- the server ---------------------------------------------------------------------------------


def initialise(cluster: Cluster, binaries: Binaries, *, hasty: bool = False) -> None:
    """Make the data folder of a new cluster with one superuser and its password.

    Raises CannotStart with one sentence when the disk is full or initdb fails otherwise.
    """
    secret = cluster.home / "initdb-password"
    secret.touch(mode=0o600)
    secret.write_text(cluster.password)
    if cluster.owner is not None:
        os.chown(secret, cluster.owner.pw_uid, cluster.owner.pw_gid)
    command: list[str | Path] = [binaries.folder / "initdb", "--pgdata", cluster.data, "--pwfile", secret]
    command += ["--username", SUPERUSER, "--auth=scram-sha-256", "--encoding=UTF8", "--no-instructions"]
    if hasty:
        command.append("--no-sync")
    said = ""
    try:
        for locale in _locales(binaries.major):
            done = subprocess.run(
                [*command, *locale],
                cwd="/",
                capture_output=True,
                text=True,
                check=False,
                **as_owner(cluster.owner),
            )
            if done.returncode == 0:
                return
            said = done.stderr
            if "locale" not in said:
                break
    finally:
        secret.unlink()
    shutil.rmtree(cluster.data, ignore_errors=True)
    raise CannotStart(initdb_sentence(said, cluster.home))


def _locales(major: int) -> list[list[str]]:
    """Ways to have Unicode letters and no country's order, to be tried in turn.

    Before 17 they come from the C library, and not every one has C.UTF-8.
    """
    if major >= 17:
        return [["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]]
    return [["--locale=C.UTF-8"], ["--locale=C"]]


def initdb_sentence(stderr: str, home: Path) -> str:
    """What to tell the person when initdb failed with this output."""
    if "No space left on device" in stderr:
        return _full(home, "PostgreSQL: No space left on device")
    words = " ".join(stderr.split())[-300:]
    return f"PostgreSQL tidak dapat menyiapkan data di {home}: {words}"


def new_cluster(home: Path, owner: pwd.struct_passwd | None) -> Cluster:
    """A cluster to be made in `home`, on a free port, with a random password."""
    return Cluster(home=home, port=free_port(), password=secrets.token_urlsafe(24), owner=owner)


def moved(cluster: Cluster) -> Cluster:
    """The same cluster on another free port."""
    return replace(cluster, port=free_port())


def end_leftover(cluster: Cluster) -> None:
    """End a server that still runs on this data because the one who started it was killed."""
    noted = cluster.data / "postmaster.pid"
    try:
        pid = int(noted.read_text().split()[0])
        command = Path(f"/proc/{pid}/cmdline").read_bytes()
    except (OSError, ValueError, IndexError):
        return
    if str(cluster.data).encode() not in command:
        return
    for _attempt in range(200):
        try:
            os.kill(pid, signal.SIGINT)
        except ProcessLookupError:
            return
        time.sleep(0.05)
        # Removed as the very last thing, after the shared memory was given back.
        if not noted.exists():
            return
    raise CannotStart(f"PostgreSQL lama (proses {pid}) belum berhenti; tunggu sebentar, lalu jalankan lagi.")


def data_major(cluster: Cluster) -> int | None:
    """The major version that wrote the data folder, or None when there is no complete one."""
    try:
        return int((cluster.data / "PG_VERSION").read_text())
    except (OSError, ValueError):
        return None


def serve(cluster: Cluster, binaries: Binaries, *, log: Path, hasty: bool = False) -> Child:
    """Start the server and wait until it takes connections. Raises CannotStart with its last words."""
    settings = {
        "listen_addresses": "127.0.0.1",
        "port": str(cluster.port),
        "unix_socket_directories": "",
        "max_connections": "100",
        "password_encryption": "scram-sha-256",
        **PRIVACY,
        **(HASTE if hasty else {}),
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    child = start(
        "PostgreSQL",
        [binaries.folder / "postgres", "-D", cluster.data, *options],
        log=log,
        owner=cluster.owner,
        ending=signal.SIGINT,
    )
    if not wait_until(lambda: _takes_connections(cluster, child), child=child, seconds=60):
        child.end()
        raise CannotStart(f"PostgreSQL tidak dapat dijalankan; catatannya di {log}:\n{last_lines(log)}")
    return child


def _takes_connections(cluster: Cluster, child: Child) -> bool:
    """Read the status that PostgreSQL itself keeps for pg_ctl: our process id first, `ready` last."""
    try:
        lines = (cluster.data / "postmaster.pid").read_text().split()
    except OSError:
        return False
    return bool(lines) and lines[0] == str(child.process.pid) and lines[-1] == "ready"
