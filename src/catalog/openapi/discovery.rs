//! Google's discovery documents, told as OpenAPI.
//!
//! Each method has two paths: `v1/{+parent}/jobs`, in which a variable stands for several segments,
//! and a flat one, `v1/projects/{projectsId}/locations/{locationsId}/jobs`. Actions have the flat
//! one: it says what is asked for. Its variables are called after one of a kind: `projectId`.

use serde_json::{Map, Value, json};

/// A longer path is taken as it is; it is none of Google's.
const MAX_PATH: usize = 2_000;

/// Words of a schema that mean the same in OpenAPI.
const SAME: [&str; 4] = ["enum", "readOnly", "default", "deprecated"];

/// Whether `document` is a discovery document.
pub fn is_one(document: &Value) -> bool {
    document.get("discoveryVersion").is_some() && document.get("rootUrl").is_some()
}

/// The same as an OpenAPI document.
pub fn told_as_openapi(document: &Value) -> Value {
    let text = |name: &str| {
        document
            .get(name)
            .and_then(Value::as_str)
            .unwrap_or_default()
    };
    let mut paths = Map::new();
    let prefix = text("servicePath").trim_matches('/');
    add_methods(document, prefix, &mut paths, 0);
    let schemas: Map<String, Value> = entries(document.get("schemas"))
        .map(|(name, written)| (name.clone(), schema(written, 0)))
        .collect();
    let scopes: Map<String, Value> = entries(document.pointer("/auth/oauth2/scopes"))
        .map(|(name, _)| (name.clone(), json!("")))
        .collect();
    json!({
        "openapi": "3.0.0",
        "info": { "title": text("title"), "version": text("version") },
        "servers": [{ "url": text("rootUrl").trim_end_matches('/') }],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": { "oauth2": { "type": "oauth2", "flows": { "authorizationCode": {
                "authorizationUrl": "https://accounts.google.com/o/oauth2/v2/auth",
                "tokenUrl": "https://oauth2.googleapis.com/token",
                "scopes": scopes,
            } } } },
        },
    })
}

fn entries(map: Option<&Value>) -> impl Iterator<Item = (&String, &Value)> {
    map.and_then(Value::as_object).into_iter().flatten()
}

fn add_methods(resource: &Value, prefix: &str, paths: &mut Map<String, Value>, depth: usize) {
    for (_, method) in entries(resource.get("methods")) {
        let path = path_of(method);
        let path = match prefix {
            "" => path,
            prefix => format!("/{prefix}{path}"),
        };
        add(method, path, false, paths);
        let upload = method
            .pointer("/mediaUpload/protocols/simple/path")
            .and_then(Value::as_str);
        if let Some(path) = upload {
            add(method, plain(path), true, paths);
        }
    }
    if depth < 20 {
        for (_, inner) in entries(resource.get("resources")) {
            add_methods(inner, prefix, paths, depth + 1);
        }
    }
}

fn add(method: &Value, path: String, upload: bool, paths: &mut Map<String, Value>) {
    let word = method.get("httpMethod").and_then(Value::as_str);
    let Some(word) = word.map(str::to_ascii_lowercase) else {
        return;
    };
    let operation = operation(method, &path, upload);
    let item = paths.entry(path).or_insert_with(|| json!({}));
    if let Some(item) = item.as_object_mut() {
        item.entry(word).or_insert(operation);
    }
}

fn operation(method: &Value, path: &str, upload: bool) -> Value {
    let id = method.get("id").and_then(Value::as_str).unwrap_or_default();
    let written = method.get("parameters");
    let of_path = variables(path).map(|name| {
        let known = written.and_then(|all| all.get(name));
        parameter(name, known.unwrap_or(&json!({ "type": "string" })), "path")
    });
    let of_query = entries(written)
        .filter(|(_, each)| each.get("location").is_some_and(|place| place == "query"))
        .map(|(name, each)| parameter(name, each, "query"));
    let mut parameters: Vec<Value> = of_path.chain(of_query).collect();
    if upload {
        parameters.push(json!({
            "name": "uploadType", "in": "query", "required": true,
            "schema": { "type": "string", "enum": ["media"] },
        }));
    }
    json!({
        "operationId": if upload { upload_id(id, method) } else { id.to_owned() },
        "deprecated": method.get("deprecated"),
        "security": method.get("scopes").and_then(Value::as_array).map(|scopes| {
            scopes.iter().map(|scope| json!({ "oauth2": [scope] })).collect::<Vec<_>>()
        }),
        "parameters": parameters,
        "requestBody": if upload { raw() } else { body(method, "request") },
        "responses": { "200": body(method, "response") },
    })
}

/// `drive.files.create` with the content of a file is `drive.files.upload`.
fn upload_id(id: &str, method: &Value) -> String {
    let resource = id.rsplit_once('.').map_or("", |(resource, _)| resource);
    let is_new = method.get("httpMethod").is_some_and(|word| word == "POST");
    let verb = if is_new { "upload" } else { "replaceContent" };
    format!("{resource}.{verb}")
}

fn raw() -> Value {
    json!({ "content": { "application/octet-stream": { "schema": { "type": "string" } } } })
}

fn body(method: &Value, name: &str) -> Value {
    match method.pointer(&format!("/{name}/$ref")) {
        Some(Value::String(name)) => json!({ "content": { "application/json": {
            "schema": { "$ref": format!("#/components/schemas/{name}") },
        } } }),
        _ => json!({}),
    }
}

fn parameter(name: &str, written: &Value, place: &str) -> Value {
    let mut schema = schema(written, 0);
    if written.get("repeated") == Some(&Value::Bool(true)) {
        if let Some(items) = schema.as_object_mut() {
            items.shift_remove("default");
        }
        schema = json!({ "type": "array", "items": schema });
    }
    let required = place == "path" || written.get("required") == Some(&Value::Bool(true));
    json!({ "name": name, "in": place, "required": required, "schema": schema })
}

fn schema(written: &Value, depth: usize) -> Value {
    if let Some(name) = written.get("$ref").and_then(Value::as_str) {
        return json!({ "$ref": format!("#/components/schemas/{name}") });
    }
    let mut schema = Map::new();
    for name in SAME {
        if let Some(value) = written.get(name) {
            schema.insert(name.to_owned(), value.clone());
        }
    }
    if let Some(kind) = written.get("type").filter(|kind| *kind != "any") {
        schema.insert("type".to_owned(), kind.clone());
    }
    if depth > 60 {
        return Value::Object(schema);
    }
    for name in ["items", "additionalProperties"] {
        if let Some(inner) = written.get(name) {
            schema.insert(name.to_owned(), self::schema(inner, depth + 1));
        }
    }
    let properties: Map<String, Value> = entries(written.get("properties"))
        .map(|(name, inner)| (name.clone(), self::schema(inner, depth + 1)))
        .collect();
    if !properties.is_empty() {
        let required = entries(written.get("properties"))
            .filter(|(_, inner)| inner.get("required") == Some(&Value::Bool(true)))
            .map(|(name, _)| Value::from(name.clone()));
        schema.insert("required".to_owned(), required.collect());
        schema.insert("properties".to_owned(), Value::Object(properties));
    }
    Value::Object(schema)
}

fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('{')
        .skip(1)
        .filter_map(|part| part.split_once('}').map(|(name, _)| name))
}

fn plain(path: &str) -> String {
    format!("/{}", path.trim_start_matches('/').replace("{+", "{"))
}

fn path_of(method: &Value) -> String {
    let text = |name: &str| method.get(name).and_then(Value::as_str);
    let path = text("path").unwrap_or_default();
    let Some(flat) = text("flatPath").filter(|flat| flat.len() <= MAX_PATH) else {
        return plain(path);
    };
    if !path.contains("{+") {
        return plain(flat);
    }
    let mut names: Vec<String> = Vec::new();
    let mut before = String::new();
    let mut named = Vec::new();
    for segment in plain(flat).split('/') {
        let variable = segment
            .strip_prefix('{')
            .and_then(|rest| rest.split_once('}'));
        named.push(match variable {
            Some((name, behind)) => {
                let mut one = one_of(name, &before);
                if names.contains(&one) {
                    one = name.to_owned();
                }
                names.push(one.clone());
                format!("{{{one}}}{behind}")
            }
            None => segment.to_owned(),
        });
        before = segment.to_owned();
    }
    named.join("/")
}

/// `projectsId` behind `projects` is `projectId`.
fn one_of(name: &str, before: &str) -> String {
    let stem = name.trim_end_matches(|c: char| c.is_ascii_digit());
    let digits = name.strip_prefix(stem).unwrap_or_default();
    let plain = |many: &str| !many.is_empty() && many.chars().all(|c| c.is_ascii_alphanumeric());
    match stem.strip_suffix("Id") {
        Some(many) if many == before && plain(many) => format!("{}Id{digits}", one(many)),
        _ => name.to_owned(),
    }
}

fn one(many: &str) -> String {
    if many == "indices" {
        return "index".to_owned();
    }
    if let Some(stem) = many.strip_suffix("ies") {
        return format!("{stem}y");
    }
    let hisses = ["sses", "xes", "ches", "shes"]
        .iter()
        .any(|end| many.ends_with(end));
    let stays = many.ends_with("ss") || many.ends_with("us");
    let stem = match hisses {
        true => many.strip_suffix("es"),
        false => many.strip_suffix('s').filter(|_| !stays),
    };
    stem.unwrap_or(many).to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{Options, read};

    #[test]
    fn a_discovery_document_is_read_by_its_flat_paths() {
        let parent = json!({ "location": "path", "required": true, "type": "string" });
        let document = json!({
            "discoveryVersion": "v1", "rootUrl": "https://jobs.example/", "servicePath": "", "title": "Jobs", "version": "v1",
            "auth": { "oauth2": { "scopes": { "https://jobs.example/all": { "description": "x" } } } },
            "schemas": { "Job": { "type": "object", "properties": {
                "name": { "type": "string" }, "next": { "$ref": "Job" }, "id": { "type": "string", "readOnly": true },
            } } },
            "resources": { "projects": { "resources": { "jobs": { "methods": { "create": {
                "id": "jobs.projects.jobs.create", "httpMethod": "POST", "path": "v1/{+parent}/jobs",
                "flatPath": "v1/projects/{projectsId}/jobs", "scopes": ["https://jobs.example/all"],
                "parameters": { "parent": parent, "view": { "location": "query", "type": "string", "repeated": true, "enum": ["A"] } },
                "request": { "$ref": "Job" }, "response": { "$ref": "Job" },
                "mediaUpload": { "protocols": { "simple": { "path": "/upload/v1/{+parent}/jobs" } } },
            } } } } } },
        });
        let document = read(document.to_string().as_bytes(), &Options::default()).unwrap();
        let [upload, job] = document.operations.as_slice() else {
            panic!("{:?}", document.operations);
        };
        let action = &job.action;
        assert_eq!(
            (action.path.as_str(), action.title.as_str()),
            (
                "/v1/projects/{projectId}/jobs",
                "Create a job for a project"
            )
        );
        let names: Vec<&str> = action
            .params
            .iter()
            .map(|param| param.name.as_str())
            .collect();
        assert_eq!(
            names,
            [
                "projectId",
                "view",
                "name",
                "next",
                "next.name",
                "next.next",
                "next.next.name",
                "next.next.next"
            ]
        );
        assert_eq!(
            (
                action.params[1].kind.as_str(),
                action.params[1].allowed.len()
            ),
            ("array", 1)
        );
        assert_eq!(action.scopes, ["https://jobs.example/all"]);
        assert_eq!(
            upload.action.content_type.as_deref(),
            Some("application/octet-stream")
        );
        assert_eq!(document.servers[0].url, "https://jobs.example");
    }

    #[test]
    fn one_of_a_kind_gives_its_name_to_a_variable() {
        for (name, before, expected) in [
            ("projectsId", "projects", "projectId"),
            ("policiesId", "policies", "policyId"),
            ("branchesId", "branches", "branchId"),
            ("customClassesId", "customClasses", "customClassId"),
            ("projectsId1", "projects", "projectId1"),
            ("hl7V2StoresId", "hl7V2Stores", "hl7V2StoreId"),
            ("projectsId", "other", "projectsId"),
            ("statusId", "status", "statusId"),
        ] {
            assert_eq!(super::one_of(name, before), expected);
        }
    }
}
