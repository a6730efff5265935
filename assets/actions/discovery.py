"""Writes Google's discovery documents as OpenAPI 3.0.

    python3 assets/actions/discovery.py FROM TO

FROM is `googleapiclient/discovery_cache/documents` of the Python package `google-api-python-client`;
each of its documents becomes a file of the same name in the folder TO.

What differs from a word-for-word conversion:

- **One path per resource.** Discovery writes `v1/{+name}`, where one variable is a whole
  `projects/…/topics/…` with slashes in it, and so says nothing about which resource is meant. The
  `flatPath` beside it spells every segment out.
- **Variables are singular.** A flat path calls its variables after the collection (`{projectsId}`);
  a caller is asked for one of them (`{projectId}`).
- **Uploads are actions of their own.** They have another path, and take bytes instead of JSON.
- **No text is taken.** Descriptions stay behind, so that none can get into the catalogue.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Json = dict[str, Any]

AUTHORIZE_URL = "https://accounts.google.com/o/oauth2/v2/auth"
TOKEN_URL = "https://oauth2.googleapis.com/token"
# What is taken of a schema as it stands.
TAKEN = ("format", "enum", "default", "readOnly", "deprecated", "pattern")


def main() -> None:
    source, target = map(Path, sys.argv[1:])
    target.mkdir(parents=True, exist_ok=True)
    for file in source.glob("*.json"):
        # The index of all documents lies among them.
        if file.name != "index.json":
            openapi = document(json.loads(file.read_text(encoding="utf-8")))
            text = json.dumps(openapi, separators=(",", ":"))
            (target / file.name).write_text(text, encoding="utf-8")


def document(discovery: Json) -> Json:
    """The OpenAPI document of a discovery document."""
    return {
        "openapi": "3.0.0",
        "info": {"title": discovery["title"], "version": discovery["version"]},
        "servers": [{"url": discovery["rootUrl"].rstrip("/")}],
        "paths": paths(discovery),
        "components": {
            "schemas": {name: schema(each) for name, each in discovery.get("schemas", {}).items()},
            "securitySchemes": {"Oauth2": oauth(discovery)},
        },
    }


def oauth(discovery: Json) -> Json:
    scopes = discovery.get("auth", {}).get("oauth2", {}).get("scopes", {})
    flow = {
        "authorizationUrl": AUTHORIZE_URL,
        "tokenUrl": TOKEN_URL,
        "scopes": {scope: "" for scope in scopes},
    }
    return {"type": "oauth2", "flows": {"authorizationCode": flow}}


# ---- Paths -------------------------------------------------------------------------------------


def paths(discovery: Json) -> Json:
    """All operations by path and method. Of two methods with the same of both the first stays."""
    found: dict[str, Json] = {}

    def add(path: str, method: Json, made: Json) -> None:
        found.setdefault(path, {}).setdefault(method["httpMethod"].lower(), made)

    service = discovery["servicePath"].strip("/")
    for method in methods(discovery):
        path = flat_path(method)
        path = f"/{service}{path}" if service else path
        add(path, method, operation(method, path))
        if upload := upload_path(method):
            add(upload, method, upload_operation(method, upload))
    return dict(sorted(found.items()))


def methods(resource: Json) -> Iterator[Json]:
    """The methods of a resource, then those of the resources below it."""
    yield from resource.get("methods", {}).values()
    for below in resource.get("resources", {}).values():
        yield from methods(below)


def flat_path(method: Json) -> str:
    """A method's path with a variable for each segment that varies, below the service's path."""
    if "flatPath" not in method:
        return plain(method["path"])
    path = plain(method["flatPath"])
    # Only where the flat path was made from a variable with slashes its names are made as well.
    return with_singular_names(path) if "{+" in method["path"] else path


def upload_path(method: Json) -> str | None:
    """Where a method takes a file's bytes in one request, from the server's root."""
    protocols = method.get("mediaUpload", {}).get("protocols", {})
    path = protocols.get("simple", {}).get("path")
    return plain(path) if path else None


def plain(path: str) -> str:
    """The path with a slash in front, and `{name}` for `{+name}`."""
    return "/" + path.replace("{+", "{").lstrip("/")


def with_singular_names(path: str) -> str:
    segments = path.split("/")
    taken: set[str] = set()
    for place, segment in enumerate(segments):
        if not (variable := re.match(r"\{(\w+)\}(.*)$", segment)):
            continue
        name = singular(variable[1], segments[place - 1])
        if name in taken:
            name = variable[1]
        taken.add(name)
        segments[place] = f"{{{name}}}{variable[2]}"
    return "/".join(segments)


def singular(variable: str, collection: str) -> str:
    """`projectId` for `projectsId` below `projects`; what is not called after its collection stays."""
    parts = re.fullmatch(r"([A-Za-z0-9]+?)Id(\d*)", variable)
    if not parts or parts[1] != collection:
        return variable
    return f"{singular_word(collection)}Id{parts[2]}"


def singular_word(word: str) -> str:
    if word == "indices":
        return "index"
    if word.endswith("ies"):
        return word.removesuffix("ies") + "y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word.removesuffix("es")
    if word.endswith("s") and not word.endswith(("ss", "us")):
        return word.removesuffix("s")
    return word


# ---- Operations --------------------------------------------------------------------------------


def operation(method: Json, path: str) -> Json:
    made = bare_operation(method, path, method["id"])
    if body := content(method.get("request", {})):
        made["requestBody"] = body
    return finished(made, method)


def upload_operation(method: Json, path: str) -> Json:
    """The same with the bytes of a file as its body."""
    made = bare_operation(method, path, method["id"] + ".upload")
    kind = {"type": "string", "enum": ["media"]}
    made["parameters"].append({"name": "uploadType", "in": "query", "required": True, "schema": kind})
    file = {"schema": {"type": "string", "format": "binary"}}
    made["requestBody"] = {"content": {"application/octet-stream": file}, "required": True}
    return finished(made, method)


def bare_operation(method: Json, path: str, operation_id: str) -> Json:
    # `pubsub.projects.topics.list` is about topics; `oauth2.tokeninfo` has no resource.
    service, *resources, _ = method["id"].split(".")
    made = {
        "operationId": operation_id,
        "tags": resources[-1:],
        "parameters": parameters(method, path),
        "responses": {"200": {"description": "ok"}},
    }
    if method.get("deprecated"):
        made["deprecated"] = True
    return made


def finished(made: Json, method: Json) -> Json:
    """An operation with what it answers, and the scopes of which a token needs one."""
    made["responses"]["200"] |= content(method.get("response", {}))
    if scopes := method.get("scopes"):
        made["security"] = [{"Oauth2": [scope]} for scope in scopes]
    return made


def content(referring: Json) -> Json:
    """The JSON body that a method's `request` or `response` refers to; nothing if it has none."""
    if "$ref" not in referring:
        return {}
    return {"content": {"application/json": {"schema": reference(referring)}}}


def parameters(method: Json, path: str) -> list[Json]:
    """The path's variables in their order, then the query's parameters.

    A flat path's variables are made, so nothing is known of them but that they are texts.
    """
    known = method.get("parameters", {})
    variables = re.findall(r"\{(\w+)\}", path)
    in_path = [parameter(name, known.get(name, {"type": "string"}), "path") for name in variables]
    in_query = [
        parameter(name, each, "query")
        for name, each in known.items()
        if each.get("location") == "query"
    ]
    return in_path + in_query


def parameter(name: str, known: Json, place: str) -> Json:
    kind = schema(known)
    if known.get("repeated"):
        # The default is that of one, not of the list.
        kind.pop("default", None)
        kind = {"type": "array", "items": kind}
    required = place == "path" or known.get("required") is True
    return {"name": name, "in": place, "required": required, "schema": kind}


# ---- Schemas -----------------------------------------------------------------------------------


def schema(discovery: Json) -> Json:
    """The facts of a schema, without its texts."""
    if "$ref" in discovery:
        return reference(discovery)
    made: Json = {}
    kind = discovery.get("type")
    if kind and kind != "any":
        made["type"] = kind
    made |= {word: discovery[word] for word in TAKEN if word in discovery}
    set_default(made)
    if kind == "array":
        made["items"] = schema(discovery.get("items", {}))
    if "properties" in discovery:
        made |= fields(discovery["properties"])
    if "additionalProperties" in discovery:
        made["additionalProperties"] = schema(discovery["additionalProperties"])
    return made


def fields(properties: Json) -> Json:
    made: Json = {"properties": {name: schema(each) for name, each in properties.items()}}
    # On a property itself, as OpenAPI has it nowhere.
    required = [name for name, each in properties.items() if each.get("required") is True]
    if required:
        made["required"] = required
    return made


def reference(referring: Json) -> Json:
    return {"$ref": "#/components/schemas/" + referring["$ref"]}


def set_default(made: Json) -> None:
    """Gives a default its own type: discovery writes all of them as texts."""
    if "default" not in made:
        return
    kind, default = made.get("type"), made["default"]
    if kind == "boolean":
        made["default"] = str(default).lower() == "true"
    elif kind in ("integer", "number") and isinstance(default, str):
        try:
            made["default"] = json.loads(default)
        except ValueError:
            del made["default"]


if __name__ == "__main__":
    main()
