"""Checks messages against a discovery document of Google's, as google-api-python-client brings them: every
member is known and of its type, every method, path and parameter exists."""

import base64
import importlib.resources
import json
import re
from functools import lru_cache

_FORMATS = {
    "int64": re.compile(r"-?[0-9]{1,19}"),
    "uint64": re.compile(r"[0-9]{1,20}"),
    "google-datetime": re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z"),
    "google-duration": re.compile(r"\d+(\.\d{1,9})?s"),
    "google-fieldmask": re.compile(r"[A-Za-z0-9_.]+(,[A-Za-z0-9_.]+)*"),
}
_TYPES = {"string": str, "boolean": bool, "integer": int, "number": (int, float), "object": dict, "array": list}


@lru_cache
def document(name):
    folder = importlib.resources.files("googleapiclient") / "discovery_cache" / "documents"
    return json.loads((folder / f"{name}.json").read_text())


def _methods(node):
    yield from node.get("methods", {}).values()
    for child in node.get("resources", {}).values():
        yield from _methods(child)


class Discovery:
    def __init__(self, name):
        self.document = document(name)
        self.schemas = self.document["schemas"]
        self.routes = [
            (method, re.compile(re.sub(r"\{\w+\}", "[^/:]+", method.get("flatPath", method["path"]))))
            for method in _methods(self.document)
        ]

    def method(self, verb, path):
        """The method that a request is for; an AssertionError if there is none."""
        for method, pattern in self.routes:
            if method["httpMethod"] == verb and pattern.fullmatch(path.lstrip("/")):
                return method
        raise AssertionError(f"{verb} {path}: no such method in the discovery document")

    def check_call(self, verb, path, query, body, status, answer):
        method = self.method(verb, path)
        known = {**self.document["parameters"], **method["parameters"]}
        for name, value in query.items():
            parameter = known.get(name)
            assert parameter and parameter.get("location") == "query", f"{path}: parameter {name}"
            if parameter["type"] == "integer":
                assert value.isdigit(), f"{path}: {name}={value}"
        if "request" in method:
            self.check(method["request"], body, f"{verb} {path}")
        else:
            assert body in (None, {}), f"{path}: a body"
        if 200 <= status < 300:
            self.check(method["response"], answer, f"answer to {verb} {path}")

    def check(self, schema, value, where):
        """Raises AssertionError with the place, never with the value."""
        if "$ref" in schema:
            schema = self.schemas[schema["$ref"]]
        kind = schema.get("type", "any")
        if kind == "any":
            return
        assert isinstance(value, _TYPES[kind]) and not (kind == "integer" and isinstance(value, bool)), f"{where}: type"
        if kind == "object":
            self._check_object(schema, value, where)
        elif kind == "array":
            for i, item in enumerate(value):
                self.check(schema["items"], item, f"{where}[{i}]")
        elif kind == "string":
            self._check_string(schema, value, where)

    def _check_object(self, schema, value, where):
        for name, member in value.items():
            described = schema.get("properties", {}).get(name) or schema.get("additionalProperties")
            assert described, f"{where}.{name}: no such member"
            self.check(described, member, f"{where}.{name}")

    @staticmethod
    def _check_string(schema, value, where):
        if "enum" in schema:
            assert value in schema["enum"], f"{where}: no value of the enum"
        kind = schema.get("format")
        if kind == "byte":
            base64.b64decode(value, validate=True)
        elif kind in _FORMATS:
            assert _FORMATS[kind].fullmatch(value), f"{where}: not a {kind}"
