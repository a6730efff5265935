//! The actions of a descriptor.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::id_parts;
use crate::catalog::format::ActionDescriptor;
use crate::crypto::sha256;
use crate::domain::{Action, ActionId, Method, ParamPlace, PathTemplate, Platform};

/// The id of the action that `method` and `path` are on `platform`.
pub fn action_id(platform: &Platform, method: Method, path: &str) -> ActionId {
    let (first, second) = id_parts(&id_text(platform, method.as_str(), path));
    ActionId::from_parts(&first, &second)
}

/// What [`ActionId::digest`] says of the id of that action.
pub fn action_id_digest(platform: &Platform, method: &str, path: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = sha256(id_text(platform, method, path).as_bytes());
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}

fn id_text(platform: &Platform, method: &str, path: &str) -> String {
    format!("{platform}\n{method}\n{path}")
}

/// The actions of `platform`, or what is wrong with them.
pub(super) fn compile(
    written: Vec<ActionDescriptor>,
    platform: &Platform,
    wrong: &mut Vec<String>,
) -> Vec<Arc<Action>> {
    let mut keys = BTreeSet::new();
    let mut places = BTreeSet::new();
    let mut actions = Vec::new();
    for action in written {
        let at = format!("actions.{}", action.key);
        if !keys.insert(action.key.clone()) {
            wrong.push(format!("{at}: the key stands here twice"));
        }
        if !places.insert((action.method, action.path.clone())) {
            wrong.push(format!(
                "{at}: {} {} stands here twice",
                action.method, action.path
            ));
        }
        match compile_action(action, platform) {
            Ok(action) => actions.push(Arc::new(action)),
            Err(problems) => wrong.extend(
                problems
                    .into_iter()
                    .map(|problem| format!("{at}: {problem}")),
            ),
        }
    }
    actions
}

/// The action that `written` describes, or what is wrong with it.
pub fn compile_action(
    written: ActionDescriptor,
    platform: &Platform,
) -> Result<Action, Vec<String>> {
    let mut wrong = Vec::new();
    let path = PathTemplate::parse(&written.path).map_err(|error| vec![error])?;
    let variables: BTreeSet<&str> = path.variables().collect();
    let described: BTreeSet<&str> = written
        .params
        .iter()
        .filter(|param| param.place == ParamPlace::Path)
        .map(|param| param.name.as_str())
        .collect();
    for name in variables.symmetric_difference(&described) {
        wrong.push(format!(
            "`{name}` must stand in the path and among the path's params, or in neither"
        ));
    }
    let content_type = match (&written.request, written.content_type) {
        (Some(_), None) => Some("application/json".to_owned()),
        (_, given) => given,
    };
    let json_body = written
        .request
        .as_deref()
        .filter(|_| content_type.as_deref() == Some("application/json"));
    for (what, text) in [
        ("request", json_body),
        ("response", written.response.as_deref()),
    ] {
        if let Some(error) =
            text.and_then(|text| serde_json::from_str::<serde_json::Value>(text).err())
        {
            wrong.push(format!("{what}: {error}"));
        }
    }
    let mut aliases = Vec::new();
    for alias in &written.aliases {
        match alias.parse() {
            Ok(alias) => aliases.push(alias),
            Err(error) => wrong.push(format!("alias `{alias}`: {error}")),
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let mut params = written.params;
    params
        .iter_mut()
        .filter(|param| param.place == ParamPlace::Path)
        .for_each(|param| param.required = true);
    Ok(Action {
        id: action_id(platform, written.method, &written.path),
        aliases,
        platform: platform.clone(),
        key: written.key,
        title: written.title,
        model: written.model,
        method: written.method,
        path,
        tags: written.tags,
        summary: written.summary,
        params,
        scopes: written.scopes,
        request_example: written.request,
        content_type,
        response_example: written.response,
        answer: written.answer,
    })
}
