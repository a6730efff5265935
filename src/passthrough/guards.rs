//! What a key is limited to, held against one request.

use std::sync::Arc;

use super::PassthroughError;
use crate::domain::{Action, ApprovalRule, Connector, Guards, Permission};

/// The actions that a request could mean: of those whose method and path fit, the ones with the
/// most fixed segments. To a provider `/users/me` is never `/users/{id}`.
pub fn meant(connector: &Connector, method: &str, path: &str) -> Vec<Arc<Action>> {
    let mut fitting = connector.actions.at(&normal(path));
    fitting.retain(|action| action.method.as_str() == method);
    let most = fitting
        .iter()
        .map(|action| action.path.fixed_segments())
        .max();
    fitting.retain(|action| Some(action.path.fixed_segments()) == most);
    fitting
}

/// Whether a request may be sent by a key with these `guards`: `named` is the action that it names,
/// `connector` is that of its platform.
pub(super) fn check(
    guards: &Guards,
    named: Option<&Action>,
    connector: Option<&Connector>,
    method: &str,
    path: &str,
) -> Result<(), PassthroughError> {
    if !guards.allow_method(method) {
        let methods: Vec<&str> = guards.methods.iter().map(|own| own.as_str()).collect();
        return Err(PassthroughError::NotAllowed(format!(
            "this API key may send {} requests only",
            methods.join(", ")
        )));
    }
    let names_actions = |rule: &ApprovalRule| matches!(rule, ApprovalRule::Actions(_));
    if guards.actions.is_empty() && !guards.approval.iter().any(names_actions) {
        return check_class(guards, method);
    }
    let meant = connector.map_or_else(Vec::new, |connector| meant(connector, method, path));
    if meant.is_empty() {
        return Err(PassthroughError::NotAllowed(
            "this API key is limited to certain actions, and this request is none that the \
             catalogue knows"
                .to_owned(),
        ));
    }
    // Or else anybody could name an allowed action, and ask for another one's path.
    if let Some(named) = named.filter(|named| !meant.iter().any(|action| action.id == named.id)) {
        return Err(PassthroughError::NotAllowed(format!(
            "this API key is limited to certain actions: the action `{}` is {} {}, and this request \
             is another one",
            named.title,
            named.method,
            named.path.as_str()
        )));
    }
    if let Some(action) = meant.iter().find(|action| guards.hold(action)) {
        return Err(held(&action.title));
    }
    if !meant.iter().any(|action| guards.allow(action)) {
        return Err(PassthroughError::NotAllowed(
            "this API key may not call this action".to_owned(),
        ));
    }
    check_slashes(guards, connector, method, path)?;
    check_class(guards, method)
}

/// A server that takes `%2F` for a slash might see another action in the path.
fn check_slashes(
    guards: &Guards,
    connector: Option<&Connector>,
    method: &str,
    path: &str,
) -> Result<(), PassthroughError> {
    let (Some(path), Some(connector)) = (with_slashes(path), connector) else {
        return Ok(());
    };
    let others = meant(connector, method, &path);
    let refused = others
        .iter()
        .find(|other| guards.hold(other) || !guards.allow(other));
    refused.map_or(Ok(()), |other| {
        Err(PassthroughError::NotAllowed(format!(
            "this API key is limited to certain actions, and to some servers this path, with its \
             encoded slash, is that of `{}`",
            other.title
        )))
    })
}

/// The path with its encoded slashes as slashes, if it has any.
pub fn with_slashes(path: &str) -> Option<String> {
    let decoded = path.replace("%2F", "/").replace("%2f", "/");
    (decoded != path).then_some(decoded)
}

/// Whether a request may ask to be taken for one with `method`.
pub(super) fn check_permission(has: Permission, method: &str) -> Result<(), PassthroughError> {
    let needed = Permission::needed_for(method);
    if has >= needed {
        return Ok(());
    }
    let method: String = method.chars().take(20).collect();
    Err(PassthroughError::NotAllowed(format!(
        "the request asks to be taken for a {method}, which needs `{}`; this API key may only {}",
        needed.as_str(),
        has.as_str()
    )))
}

/// The rules that look at the method alone.
fn check_class(guards: &Guards, method: &str) -> Result<(), PassthroughError> {
    let needed = Permission::needed_for(method);
    let holds = |rule: &ApprovalRule| match rule {
        ApprovalRule::Write => needed > Permission::Read,
        ApprovalRule::Delete => needed == Permission::Admin,
        ApprovalRule::Actions(_) => false,
    };
    match guards.approval.iter().any(holds) {
        true => Err(held(method)),
        false => Ok(()),
    }
}

fn held(what: &str) -> PassthroughError {
    PassthroughError::NotAllowed(format!(
        "with this API key `{what}` waits for a person's yes, and passthrough does not wait: call it \
         with POST /v1/actions/{{id}}/run"
    ))
}

/// The path with every unreserved character as itself: `%6De` is `me` to every server (RFC 3986
/// section 6.2.2.2).
fn normal(path: &str) -> String {
    let mut text = String::with_capacity(path.len());
    let mut rest = path;
    while let Some((before, behind)) = rest.split_once('%') {
        text.push_str(before);
        let byte = behind
            .get(..2)
            .and_then(|digits| u8::from_str_radix(digits, 16).ok());
        match byte {
            Some(byte) if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) => {
                text.push(char::from(byte));
                rest = behind.get(2..).unwrap_or_default();
            }
            _ => {
                text.push('%');
                rest = behind;
            }
        }
    }
    text.push_str(rest);
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::check_text;

    fn connector() -> Connector {
        let text = r#"
platform = "acme"
name = "Acme"
description = "A shop"
category = "Test"
base_url = "https://acme.test"
auth = { type = "none" }
[[actions]]
key = "getUser"
title = "Get a user"
model = "Users"
method = "GET"
path = "/users/{id}"
summary = "One user."
params = [{ name = "id", in = "path", required = true }]
[[actions]]
key = "getMe"
title = "Get me"
model = "Users"
method = "GET"
path = "/users/me"
summary = "The caller."
[[actions]]
key = "listKeys"
title = "List a user's keys"
model = "Keys"
method = "GET"
path = "/users/{id}/keys"
summary = "Keys."
params = [{ name = "id", in = "path", required = true }]
[[actions]]
key = "deleteUser"
title = "Delete a user"
model = "Users"
method = "DELETE"
path = "/users/{id}"
summary = "Removes one."
params = [{ name = "id", in = "path", required = true }]
"#;
        check_text(text).unwrap()
    }

    fn guards(actions: &[&str], methods: &[&str], approval: &[&str]) -> Guards {
        Guards {
            actions: actions.iter().map(|text| text.parse().unwrap()).collect(),
            methods: methods.iter().map(|text| text.parse().unwrap()).collect(),
            approval: approval.iter().map(|text| text.parse().unwrap()).collect(),
        }
    }

    fn passes(guards: &Guards, method: &str, path: &str, named: Option<&str>) -> bool {
        let connector = connector();
        let actions = connector.actions.all();
        let named = named.map(|key| actions.iter().find(|action| action.key == key).unwrap());
        check(
            guards,
            named.map(|action| &**action),
            Some(&connector),
            method,
            path,
        )
        .is_ok()
    }

    #[test]
    fn a_limited_key_sends_what_its_list_has_and_nothing_else() {
        let only = guards(&["acme/getUser"], &[], &[]);
        for (method, path, named, ok) in [
            ("GET", "/users/1", None, true),
            ("GET", "/users/1", Some("getUser"), true),
            ("GET", "/users/me", None, false),
            ("GET", "/users/me", Some("getUser"), false),
            ("GET", "/users/%6de", Some("getUser"), false),
            ("DELETE", "/users/1", None, false),
            ("DELETE", "/users/1", Some("getUser"), false),
            ("GET", "/users/1/keys", Some("getUser"), false),
            ("GET", "/users/1%2Fkeys", Some("getUser"), false),
            ("GET", "/users/1%2fkeys", None, false),
            ("GET", "/users/1%2Fothers", Some("getUser"), true),
            ("GET", "/users/1/", None, false),
            ("HEAD", "/users/1", None, false),
        ] {
            assert_eq!(
                passes(&only, method, path, named),
                ok,
                "{method} {path} {named:?}"
            );
        }
    }

    #[test]
    fn methods_and_what_waits_are_held_back() {
        let reading = guards(&[], &["get"], &[]);
        assert!(passes(&reading, "GET", "/anything", None));
        assert!(!passes(&reading, "HEAD", "/anything", None));
        let asking = guards(&[], &[], &["delete"]);
        assert!(passes(&asking, "POST", "/anything", None));
        assert!(!passes(&asking, "DELETE", "/anything", None));
        let asking = guards(&[], &[], &["acme/getMe"]);
        assert!(passes(&asking, "GET", "/users/1", None));
        assert!(!passes(&asking, "GET", "/users/me", None));
        // Nobody can tell that it is not the action that waits.
        assert!(!passes(&asking, "GET", "/users/me/", None));
    }

    #[test]
    fn only_unreserved_characters_are_decoded() {
        for (path, same) in [
            ("/a%2Fb", "/a%2Fb"),
            ("/%6d%65", "/me"),
            ("/%", "/%"),
            ("/%4", "/%4"),
            ("/%zz%41", "/%zzA"),
            ("/%é", "/%é"),
        ] {
            assert_eq!(normal(path), same);
        }
    }
}
