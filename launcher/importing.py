"""`./wezer import tasks`: a CSV file, a map of its columns, a report for each row.

What a task is, the addon knows (`project.task`); here stands only how to read a file.
"""

import ast
import csv
import datetime
import io
import json
import re
import sys
from pathlib import Path

from . import paths, session
from .commands import tagged
from .console import Failure, Steps

MAPS = Path(__file__).parent / "maps"
DEFAULT = "nyc"
DATES = ("%Y-%m-%d", "%B %d %Y", "%d.%m.%Y", "%d/%m/%Y", "%m/%d/%Y")

SCRIPT = """
import json
from pathlib import Path
rows = json.loads(Path({path!r}).read_text())
# As the administrator, not as the system: the same checks as for a click.
tasks = env(user=env.ref("base.user_admin").id, su=False)["project.task"]
report = tasks._wezer_import(rows, {project!r}, dry_run={dry_run!r})
posted, told = 0, ""
if {post!r} and not {dry_run!r}:
    ours = tasks.browse([row["id"] for row in report if row["id"]])
    # Unposted ones only: an import may be repeated.
    new = ours.filtered(lambda task: not task.wezer_announcement_id)
    if new:
        told = new.action_post_to_marketplace()["params"]["message"]
    posted = len(new.filtered("wezer_announcement_id"))
    told = told if posted < len(new) else ""
env.cr.commit()
print("WEZER" + json.dumps(dict(rows=report, posted=posted, told=told), default=str))
"""


def command(options):
    mapping = read_map(options.map)
    rows = [row for name in options.files for row in read(Path(name), mapping)]
    if not rows:
        raise Failure("The file has no rows", "A CSV file with a line of headings.")
    project = options.project or Path(options.files[0]).stem
    steps = Steps(4, stream=sys.stderr)
    with session.live_database(steps) as database:
        with steps.step("Tasks") as step:
            step.say(f"{len(rows)} rows")
            path = paths.STATE / "import.json"
            path.write_text(json.dumps(rows))
            script = SCRIPT.format(
                path=str(path),
                project=project,
                dry_run=options.dry_run,
                post=options.post,
            )
            answer = tagged(database.runner.shell(database.name, script))
            path.unlink()
    return tell(answer, project, options)


def tell(answer, project, options):
    """The report, row by row where something is to be said, and the closing line."""
    rows = answer["rows"]
    if options.json:
        print(json.dumps(answer, indent=1))
    counts = {}
    for row in rows:
        counts[row["state"]] = counts.get(row["state"], 0) + 1
        if row.get("reason") and not options.json:
            print(f"row {row['row']}: {row['state']}: {row['reason']}")
    told = ", ".join(f"{count} {state}" for state, count in sorted(counts.items()))
    if answer["told"] and not options.json:
        print(answer["told"])
    posted = f", {answer['posted']} posted" if options.post else ""
    kept = " (nothing kept: a dry run)" if options.dry_run else ""
    stream = sys.stderr if options.json else sys.stdout
    stream.write(f"{len(rows)} rows into {project}: {told}{posted}{kept}.\n")
    return 1 if counts.get("refused") else 0


def read_map(name):
    path = Path(name) if name else MAPS / f"{DEFAULT}.json"
    if name and not path.exists():
        path = MAPS / f"{name}.json"
    try:
        return json.loads(path.read_text())
    except FileNotFoundError as error:
        known = ", ".join(sorted(p.stem for p in MAPS.glob("*.json")))
        raise Failure(
            f"There is no map {name}", f"Maps: {known}, or a file."
        ) from error
    except ValueError as error:
        raise Failure(f"The map {path} is not JSON: {error}") from error


def read(path, mapping):
    """Rows of a CSV file as the addon wants them; nothing is left out here."""
    try:
        text = path.read_text(encoding="utf-8-sig", errors="replace")
    except OSError as error:
        raise Failure(f"{path} cannot be read: {error.strerror}") from error
    reader = csv.DictReader(io.StringIO(text, newline=""))
    columns = {name for name in mapping["columns"].values() if isinstance(name, str)}
    missing = columns - set(reader.fieldnames or [])
    if missing:
        raise Failure(
            f"{path.name} lacks the columns {', '.join(sorted(missing))}",
            "Write a map for it after launcher/maps/nyc.json, and give it with --map.",
        )
    return [
        {"row": number, **convert(record, mapping)}
        for number, record in enumerate(reader, start=1)
    ]


def table(text):
    """Headings and records of a CSV text; comma, semicolon or tab between them."""
    first = text.split("\n", 1)[0]
    comma = max(",;\t", key=first.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=comma)
    return [heading for heading in reader.fieldnames or [] if heading], reader


def convert(record, mapping):
    row = {}
    for field, column in mapping["columns"].items():
        value = (record.get(column) or "").strip()
        row[field] = CONVERTERS.get(field, str)(value)
    prefix = mapping.get("key_prefix")
    if prefix and row.get("key"):
        row["key"] = f"{prefix}{row['key']}"
    place = location(row.pop("location", ""))
    for field, value in place.items():
        row[field] = row.get(field) or value
    if mapping.get("city") and (row.get("zip") or row.get("street")):
        row["city"] = row.get("city") or mapping["city"]
    return row


def location(text):
    """{street, city, zip, latitude, longitude} of an address as open-data portals write
    it: a dictionary in text, with JSON inside; {} where it is none."""
    if not text:
        return {}
    try:
        place = ast.literal_eval(text)
        address = json.loads(place.get("human_address") or "{}")
    except (ValueError, SyntaxError, AttributeError):
        return {}
    return {
        "street": address.get("address") or "",
        "city": address.get("city") or "",
        "zip": address.get("zip") or "",
        "latitude": decimal(place.get("latitude")),
        "longitude": decimal(place.get("longitude")),
    }


def whole(text):
    found = re.fullmatch(r"\d+", text or "")
    return int(text) if found else 0


def decimal(text):
    try:
        return float(text or 0)
    except ValueError:
        return 0.0


def day(text):
    """ISO date, "" where the text is none."""
    for pattern in DATES:
        try:
            return datetime.datetime.strptime(text, pattern).date().isoformat()
        except ValueError:
            continue
    return ""


def words(text):
    return [word.strip() for word in text.split(",") if word.strip()]


CONVERTERS = {
    "places": whole,
    "hours": decimal,
    "latitude": decimal,
    "longitude": decimal,
    "date_start": day,
    "date_end": day,
    "date_posted": day,
    "tags": words,
}
