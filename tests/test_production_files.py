"""The files for production refer only to what exists."""

import ast
import configparser
import re
from pathlib import Path

import pytest

from odoo.cli.command import find_command
from odoo.tools import config

from odoo.addons.wezer_base.tools.backup import nightly

from launcher import paths

ROOT = Path(__file__).resolve().parent.parent
MANIFESTS = {
    path.parent.name: ast.literal_eval(path.read_text())
    for path in sorted((ROOT / "addons").glob("*/__manifest__.py"))
}
# What the official image brings: Odoo's own requirements.
ODOO_BRINGS = {
    *("lxml", "requests", "Pillow", "python-dateutil"),
    *("psycopg2", "qrcode", "vobject"),
}
# Odoo's own default; the run of this test has another.
HTTP_PORT = str(config._default_options["http_port"])
# What its entry point reads.
ENTRY_POINT = {"HOST", "PORT", "USER", "PASSWORD", "PASSWORD_FILE"}
# What the suite reads, and the programs that its backups are sent with.
OURS = {"WEZER_URL", "WEZER_BACKUP_DIR", "WEZER_BACKUP_RECIPIENTS"}
BACKUP = {
    *("WEZER_BACKUP_TZ", "RCLONE_CONFIG", "RESTIC_REPOSITORY", "RESTIC_PASSWORD"),
    *("WEZER_BACKUP_AT", "WEZER_BACKUP_KEEP", "WEZER_BACKUP_RECIPIENTS"),
    *("WEZER_BACKUP_IDENTITY", "WEZER_BACKUP_VERIFY", "WEZER_BACKUP_HOOK"),
}


def text(name):
    return (ROOT / name).read_text()


def odoo_conf_sections():
    parser = configparser.RawConfigParser()
    parser.read(ROOT / "odoo.conf")
    return {name: dict(parser[name]) for name in parser.sections()}


def odoo_conf():
    return odoo_conf_sections()["options"]


def compose():
    """docker-compose.yml as nested dictionaries; read without a YAML library.

    Enough for this file: mappings, lists, one anchor; comments are left out.
    """
    lines = [
        line.rstrip()
        for line in text("docker-compose.yml").splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    anchors = {}

    def block(index, indent):
        listed = lines[index].lstrip().startswith("- ")
        result = [] if listed else {}
        while index < len(lines):
            line = lines[index]
            depth = len(line) - len(line.lstrip())
            if depth < indent:
                break
            assert depth == indent, line
            if listed:
                result.append(line.strip()[2:].strip('"'))
                index += 1
                continue
            name, _, value = line.strip().partition(":")
            value = value.strip()
            index += 1
            if value and not value.startswith("&"):
                alias = value.startswith("*")
                result[name] = anchors[value[1:]] if alias else value.strip('"')
                continue
            deeper = index < len(lines) and len(lines[index]) - len(
                lines[index].lstrip()
            )
            if deeper and deeper > indent:
                result[name], index = block(index, deeper)
            else:
                result[name] = None
            if value.startswith("&"):
                anchors[value[1:]] = result[name]
        return result, index

    return block(0, 0)[0]


def test_every_option_of_the_configuration_exists():
    known = set(config.options) | {"db_replica_host"}
    unknown = set(odoo_conf()) - known
    assert not unknown


def test_the_production_configuration_is_closed_to_strangers():
    options = odoo_conf()
    assert options["list_db"] == "False" and options["proxy_mode"] == "True"
    assert options["dbfilter"] == f"^{options['db_name']}$"
    assert not {"db_password", "admin_passwd", "db_host"} & set(options)


def test_the_master_password_is_generated_with_the_image():
    dockerfile = text("Dockerfile")
    made = dockerfile.index("print('admin_passwd =', secrets.token_urlsafe(32))")
    assert made > dockerfile.index("COPY odoo.conf /etc/odoo/odoo.conf")
    assert "chmod 640 /etc/odoo/odoo.conf" in dockerfile
    # It comes to stand behind the options, and the file ends with a whole line.
    assert list(odoo_conf_sections()) == ["options"] and text("odoo.conf")[-1] == "\n"


def test_scheduled_actions_have_more_time_than_pages():
    options = {name: int(v) for name, v in odoo_conf().items() if "limit_time" in name}
    assert options["limit_time_real"] < options["limit_time_real_cron"]
    # It ends the process of a clock, too.
    assert options["limit_time_cpu"] >= options["limit_time_real_cron"]


def test_the_proxy_closes_internal_addresses_and_requires_tls():
    proxy = text("docs/production.md")
    assert 'add_header Strict-Transport-Security "max-age=31536000" always' in proxy
    assert "proxy_set_header X-Forwarded-For $remote_addr;" in proxy
    assert "proxy_set_header X-Forwarded-Proto $scheme;" in proxy
    for address in ("/web/database", "^/xmlrpc/(2/)?db$"):
        assert re.search(rf"location (~ )?{re.escape(address)} {{ return 404", proxy)


def test_logs_are_rotated():
    for name, service in compose()["services"].items():
        options = service["logging"]["options"]
        assert options["max-size"] and int(options["max-file"]) < 10, name


def test_the_database_has_connections_for_all_workers():
    options = odoo_conf()
    processes = int(options["workers"]) + int(options["max_cron_threads"]) + 1
    # PostgreSQL takes 100 by default and keeps three for itself.
    assert processes * int(options["db_maxconn"]) <= 97


def test_paths_of_the_configuration_are_those_of_the_image():
    dockerfile, options = text("Dockerfile"), odoo_conf()
    assert f"COPY addons {options['addons_path']}" in dockerfile
    assert "COPY odoo.conf /etc/odoo/odoo.conf" in dockerfile
    for service in ("odoo", "install", "backup"):
        assert (
            f"odoo:{options['data_dir']}" in compose()["services"][service]["volumes"]
        )


def test_every_copied_file_exists_and_is_not_ignored():
    sources = re.findall(r"^COPY (\S+) ", text("Dockerfile"), re.M)
    assert "addons" in sources
    taken = {line[1:] for line in text(".dockerignore").splitlines() if line[0] == "!"}
    for name in sources:
        assert (ROOT / name).exists(), name
        assert name in taken


def test_the_services_name_only_what_is_defined():
    services = compose()["services"]
    volumes = set(compose()["volumes"])
    for name, service in services.items():
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            known = source in volumes or (ROOT / source).exists()
            assert known, f"{name}: {volume}"
        for other in service.get("depends_on", {}):
            assert other in services
        if "build" in service:
            assert (ROOT / service["build"] / "Dockerfile").exists()
    built = {s["image"] for s in services.values() if "build" in s}
    for service in services.values():
        assert service["image"] in built or service["image"] == "postgres:16"


def test_every_long_running_service_has_a_health_check():
    for name, service in compose()["services"].items():
        lasting = service.get("restart") == "unless-stopped"
        assert lasting == ("healthcheck" in service), name
    assert "HEALTHCHECK" in text("Dockerfile")
    for line in (text("Dockerfile"), text("docker-compose.yml")):
        for port in re.findall(r"127\.0\.0\.1:(\d+)/web/health", line):
            assert port == HTTP_PORT


def test_secrets_come_from_the_environment():
    services = compose()["services"]
    assert services["db"]["environment"]["POSTGRES_PASSWORD"].startswith("${WEZER_DB_")
    for name, more in (("odoo", set()), ("install", set()), ("backup", BACKUP)):
        environment = services[name]["environment"]
        assert environment["PASSWORD"].startswith("${WEZER_DB_PASSWORD:?")
        assert set(environment) <= ENTRY_POINT | OURS | more
        assert environment["HOST"] == "db"
        assert environment["USER"] == services["db"]["environment"]["POSTGRES_USER"]


def test_ports_are_bound_to_localhost():
    ports = compose()["services"]["odoo"]["ports"]
    assert all(port.startswith("127.0.0.1:") for port in ports)
    assert {port.split(":")[-1] for port in ports} == {
        HTTP_PORT,
        odoo_conf()["gevent_port"],
    }
    assert "ports" not in compose()["services"]["db"]


def test_the_install_names_addons_and_options_that_exist():
    command = compose()["services"]["install"]["command"]
    assert command[0] == "odoo"
    for argument in command[1:]:
        option, _, value = argument.partition("=")
        assert config.parser.has_option(option), option
        if option in ("--init", "--update"):
            for addon in value.split(","):
                assert addon in MANIFESTS, addon


def test_backups_of_the_night_have_settings_that_are_understood():
    service = compose()["services"]["backup"]
    environment = {
        name: re.sub(r"\$\{\w+(?::-([^}]*)|[^}]*)\}", r"\1", value)
        for name, value in service["environment"].items()
    }
    plan = nightly.Plan.of_environment("wezer", environment)
    assert (plan.at, plan.verify, plan.hook) == ((3, 15), "weekly", "")
    assert (plan.keep.days, plan.keep.weeks, plan.keep.months) == (7, 5, 12)
    source = Path(nightly.__file__).read_text()
    for name in BACKUP & set(re.findall(r"WEZER_\w+", text("docker-compose.yml"))):
        assert f'"{name.removeprefix("WEZER_BACKUP_")}"' in source or (
            f'"{name}"' in source
        ), name


def test_the_folder_of_backups_is_odoos_own_and_reachable_from_the_pages():
    services = compose()["services"]
    assert "install -d -o odoo -g odoo -m 700 /backups" in text("Dockerfile")
    for name in ("odoo", "backup"):
        environment = services[name]["environment"]
        assert environment["WEZER_BACKUP_DIR"] == "/backups"
        # What the pages write there is encrypted for the same people.
        assert "${WEZER_BACKUP_RECIPIENTS" in environment["WEZER_BACKUP_RECIPIENTS"]
        assert "backups:/backups" in services[name]["volumes"]
    for program in ("gnupg", "rclone", "restic"):
        assert re.search(rf"apt-get install .*\b{program}\b", text("Dockerfile"))


def test_the_backup_service_calls_a_command_that_exists():
    service = compose()["services"]["backup"]
    check = ast.literal_eval(service["healthcheck"]["test"])
    # What the entry point of the image adds.
    added = ["--db_host", "db", "--db_port", "5432", "--db_user", "odoo"]
    for odoo, name, *words in ([*service["command"], *added], check[1:]):
        assert odoo == "odoo"
        arguments = find_command(name)()._arguments().parse_args(words)
        assert arguments.action in ("nightly", "healthy")


def test_installing_the_first_brings_every_addon():
    command = compose()["services"]["install"]["command"]
    named = [word.removeprefix("--init=") for word in command if "--init=" in word]
    wanted, seen = named[0].split(","), set()
    while wanted:
        name = wanted.pop()
        seen.add(name)
        depends = MANIFESTS.get(name, {}).get("depends", [])
        wanted += [other for other in depends if other not in seen]
    # Odoo installs the others by itself, where what they add to is installed.
    assert set(MANIFESTS) - set(paths.bridges()) <= seen


def pinned(name):
    """Names pinned in a file of requirements, lower case."""
    found = re.findall(r"^([\w.-]+)==[\w.]+", text(name), re.M)
    return {entry.lower().replace("_", "-") for entry in found}


@pytest.mark.parametrize("addon", sorted(MANIFESTS))
def test_external_dependencies_are_in_the_image(addon):
    needs = MANIFESTS[addon].get("external_dependencies", {})
    image = pinned("requirements-addons.txt") | {name.lower() for name in ODOO_BRINGS}
    for name in needs.get("python", []):
        assert name.lower().replace("_", "-") in image, name
    assert not needs.get("bin"), "programs must be installed in Dockerfile"


def test_every_requirement_is_pinned():
    for path in ROOT.glob("requirements*.txt"):
        for line in path.read_text().splitlines():
            if line and not line.startswith(("#", "-r ")):
                assert re.match(
                    r"[\w.-]+==[\w.]+( ; python_(full_)?version .*)?$", line
                ), line
    for name in ("requirements.txt", "requirements-test.txt"):
        assert "numpy" not in pinned(name)
    assert "-r requirements-addons.txt" in text("requirements.txt")
