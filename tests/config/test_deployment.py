"""docker-compose.yml, Dockerfile, .env.example and the settings say the same."""

from __future__ import annotations

import ast
import re
import subprocess
import time
from pathlib import Path

import pytest
import yaml

from config import alive, postgres
from config.settings import REQUIRED_IN_PRODUCTION  # noqa: TID251  # the list itself is the subject

ROOT = Path(__file__).resolve().parents[2]
COMPOSE = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES = COMPOSE["services"]
OURS = ("web", "worker", "beat", "migrate")
ONLY_COMPOSE = {"POSTGRES_PASSWORD", "REDIS_PASSWORD", "WEB_PORT"}


def names_in_the_example() -> list[str]:
    return re.findall(r"^#?([A-Z][A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE)


def names_read_by(path: Path) -> set[str]:
    """First arguments of env.something("NAME") and os.environ.get("NAME")."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
            owner, name = ast.unparse(node.func.value), node.args[0]
            if owner in {"env", "os.environ"} and isinstance(name, ast.Constant):
                found.add(name.value)
    return found


def names_read_by_the_system() -> set[str]:
    return names_read_by(ROOT / "config/settings.py") | names_read_by(ROOT / "config/alive.py")


def steps_of_the_dockerfile() -> list[str]:
    text = re.sub(r"^#.*\n", "", (ROOT / "Dockerfile").read_text(), flags=re.MULTILINE)
    return [line.strip() for line in text.replace("\\\n", " ").splitlines() if line.strip()]


def last_stage() -> list[str]:
    steps = steps_of_the_dockerfile()
    return steps[max(number for number, step in enumerate(steps) if step.startswith("FROM ")) :]


def test_the_example_names_every_variable_once_and_no_other() -> None:
    names = names_in_the_example()
    assert len(names) == len(set(names))
    assert set(names) == names_read_by_the_system() | ONLY_COMPOSE


def test_what_production_requires_stands_uncommented_in_the_example() -> None:
    plain = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert set(REQUIRED_IN_PRODUCTION) <= plain


def test_the_example_carries_no_secret() -> None:
    text = (ROOT / ".env.example").read_text()
    for name in ("SECRET_KEY", "POSTGRES_PASSWORD", "REDIS_PASSWORD"):
        assert f"\n{name}=\n" in text


def test_compose_uses_only_variables_of_the_example() -> None:
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert used == ONLY_COMPOSE
    for name in OURS:
        assert set(SERVICES[name]["environment"]) <= names_read_by_the_system()
        assert SERVICES[name]["env_file"] == [".env"]


def test_compose_has_the_six_services_and_one_image() -> None:
    assert set(SERVICES) == {*OURS, "postgres", "redis"}
    assert {SERVICES[name]["image"] for name in OURS} == {"penilaian-kinerja"}


@pytest.mark.parametrize("name", SERVICES)
def test_every_container_is_unprivileged_and_read_only(name: str) -> None:
    service = SERVICES[name]
    assert service["user"] not in {"root", "0", 0}
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service


@pytest.mark.parametrize("name", sorted(set(SERVICES) - {"migrate"}))
def test_every_lasting_container_has_a_health_check(name: str) -> None:
    assert SERVICES[name]["healthcheck"]["test"]


def test_only_the_web_is_published_and_only_on_loopback() -> None:
    assert {name: service["ports"] for name, service in SERVICES.items() if "ports" in service} == {
        "web": ["127.0.0.1:${WEB_PORT:-8000}:8000"]
    }
    assert COMPOSE["networks"]["inside"] == {"internal": True}
    assert SERVICES["postgres"]["networks"] == SERVICES["redis"]["networks"] == ["inside"]


def test_the_database_logs_no_statement_and_no_parameter() -> None:
    assert SERVICES["postgres"]["command"] == [
        "postgres", *(f"-c{name}={value}" for name, value in postgres.PRIVACY.items())
    ]  # fmt: skip


def test_only_web_and_worker_reach_the_keys_of_the_boxes() -> None:
    mounts = {name: service.get("volumes", []) for name, service in SERVICES.items()}
    holders = {name for name, paths in mounts.items() if any("key" in path for path in paths)}
    assert holders == {"web", "worker"}
    for name in holders:
        settings = SERVICES[name]["environment"]
        inside = {path.split(":")[1] for path in mounts[name]}
        assert inside == {settings["BALLOT_KEYS_DIR"], settings["BALLOT_KEY_COPIES_DIR"]}
        assert len(inside) == 2
    install = next(step for step in last_stage() if "install --directory" in step)
    assert "--mode 700 --owner 10001 /keys /key-copies" in install


def test_web_worker_and_beat_wait_for_the_migration() -> None:
    for name in ("web", "worker", "beat"):
        assert SERVICES[name]["depends_on"]["migrate"] == {"condition": "service_completed_successfully"}
    assert SERVICES["migrate"]["depends_on"]["postgres"] == {"condition": "service_healthy"}
    assert SERVICES["migrate"]["restart"] == "no"


def test_the_worker_serves_every_queue() -> None:
    command = SERVICES["worker"]["command"]
    assert command[command.index("--queues") + 1] == "default,bulk"


def test_the_image_has_stages_and_ends_unprivileged() -> None:
    stages = [step for step in steps_of_the_dockerfile() if step.startswith("FROM ")]
    assert len(stages) == 3
    assert next(step for step in last_stage() if step.startswith("USER ")) == "USER 10001"
    assert not [step for step in last_stage() if "pip install" in step or "requirements-dev" in step]


def test_the_build_checks_hashes_and_makes_catalogues_and_static_files() -> None:
    text = "\n".join(steps_of_the_dockerfile())
    assert text.count("pip install") == text.count("pip install --require-hashes") == 2
    assert "config.catalogues compile" in text
    assert "manage.py collectstatic --noinput" in text


def test_no_secret_is_set_in_the_image() -> None:
    text = (ROOT / "Dockerfile").read_text()
    assert not re.search(r"SECRET|PASSWORD|DATABASE_URL|REDIS_URL", text)


def test_the_image_receives_every_package_and_nothing_private() -> None:
    lines = (ROOT / ".dockerignore").read_text().split()
    apps = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests"}
    assert {f"!{name}" for name in {*apps, "templates", "static", "locale", "manage.py"}} <= set(lines)
    assert "*" in lines
    assert not [line for line in lines if line.startswith(("!.env", "!var", "!tests", "!.git"))]


def test_no_environment_file_is_tracked() -> None:
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert not [name for name in tracked.splitlines() if name.endswith(".env")]


def test_a_process_that_touched_its_file_lately_is_alive(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "alive"
    now = time.time()
    assert not alive.process_is_alive(str(file), now=now)
    assert not alive.process_is_alive(None, now=now)
    monkeypatch.setenv("HEARTBEAT_FILE", str(file))
    alive.touch(sender="anything")
    assert alive.process_is_alive(str(file), now=now)
    assert not alive.process_is_alive(str(file), now=now + alive.MAX_AGE_SECONDS + 1)
    assert alive.main(["process"]) == 0
    file.unlink()
    assert alive.main(["process"]) == 1


def test_a_web_that_does_not_answer_is_not_alive() -> None:
    assert not alive.web_answers(postgres.free_port(), "localhost")


@pytest.mark.django_db(transaction=True)
def test_a_web_that_answers_is_alive(live_server) -> None:
    assert alive.web_answers(live_server.thread.port, "localhost")
    assert not alive.web_answers(live_server.thread.port, "elsewhere.example")
