//! What a token endpoint answers, in the provider's own shape (pure).

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};

use super::error::Wrong;
use super::grants::{Consent, Issued};
use super::place::{put, remove, replace_text};
use crate::domain::{LifeUnit, OAuth, RefreshPolicy, Timestamp, ValuePath};

/// How long an access token is good unless something else is said.
const LIFE: u64 = 3600;

/// How long an access token is good: as was asked for (0 is for ever), or as is usual with this
/// provider.
pub fn life(oauth: &OAuth, asked: Option<u64>) -> Option<Duration> {
    let usual = match example(oauth) {
        Some(example) if !says_when_it_ends(oauth, &example) => oauth.lifetime_seconds,
        _ => Some(LIFE),
    };
    let seconds = asked.or(usual).filter(|seconds| *seconds > 0)?;
    Some(Duration::from_secs(seconds))
}

/// Whether the provider gives a refresh token along with the first access token.
pub fn is_refreshable(oauth: &OAuth) -> bool {
    let has_one = |example: Value| oauth.answer.refresh_token.text(&example).is_some();
    oauth.refresh != RefreshPolicy::None && example(oauth).is_none_or(has_one)
}

/// The answer that gives `issued`.
pub fn tokens(oauth: &OAuth, issued: &Issued, now: Timestamp) -> Value {
    let shape = &oauth.answer;
    let mut answer = example(oauth).unwrap_or_else(|| standard(oauth));
    put(
        &mut answer,
        &shape.access_token,
        Value::String(issued.access_token.clone()),
    );
    match &issued.refresh_token {
        Some(token) => put(
            &mut answer,
            &shape.refresh_token,
            Value::String(token.clone()),
        ),
        None => remove(&mut answer, &shape.refresh_token),
    }
    say_when_it_ends(&mut answer, oauth, issued.consent.life, now);
    say_scopes(&mut answer, oauth, &issued.consent);
    name_account(
        &mut answer,
        shape.account.as_ref(),
        &shape.keep,
        issued.consent.account.as_deref(),
    );
    answer
}

/// Puts the picked account where the provider says whose the token is. What fills a field stays:
/// the field may want another form.
pub fn name_account(
    answer: &mut Value,
    at: Option<&ValuePath>,
    keep: &BTreeMap<String, ValuePath>,
    account: Option<&str>,
) {
    let Some((path, account)) = at.zip(account) else {
        return;
    };
    if !keep.values().any(|kept| kept == path) {
        replace_text(answer, path, account);
    }
}

/// An error, where this provider's errors stand.
pub fn error(oauth: &OAuth, wrong: &Wrong) -> Value {
    let shape = &oauth.answer;
    let mut answer = Value::Object(Map::new());
    if let Some(ok) = &shape.ok {
        put(&mut answer, ok, Value::Bool(false));
    }
    put(&mut answer, &shape.error, json!(wrong.code));
    put(
        &mut answer,
        &shape.error_description,
        Value::String(wrong.description.clone()),
    );
    answer
}

/// A good answer but for the access token, which is not there.
pub fn without_access_token(oauth: &OAuth) -> Value {
    let mut answer = example(oauth).unwrap_or_else(|| standard(oauth));
    remove(&mut answer, &oauth.answer.access_token);
    answer
}

/// An answer in which nothing is what it should be.
pub fn of_wrong_types(oauth: &OAuth) -> Value {
    let shape = &oauth.answer;
    let mut answer = example(oauth).unwrap_or_else(|| standard(oauth));
    put(&mut answer, &shape.access_token, json!(12345));
    put(&mut answer, &shape.refresh_token, json!(["mock"]));
    put(&mut answer, &shape.expires_in, json!({ "seconds": LIFE }));
    answer
}

/// The provider's answer as the catalogue has it.
fn example(oauth: &OAuth) -> Option<Value> {
    let vector = oauth.vector.as_ref()?;
    serde_json::from_str(&vector.answer).ok()
}

/// The answer of a provider of which nothing is known (RFC 6749 section 5.1).
fn standard(oauth: &OAuth) -> Value {
    let shape = &oauth.answer;
    let mut answer = json!({ "token_type": "Bearer" });
    put(&mut answer, &shape.expires_in, json!(LIFE));
    put(&mut answer, &shape.scope, json!(""));
    if let Some(ok) = &shape.ok {
        put(&mut answer, ok, Value::Bool(true));
    }
    answer
}

fn says_when_it_ends(oauth: &OAuth, example: &Value) -> bool {
    let shape = &oauth.answer;
    let is_positive = |text: String| text.parse::<f64>().is_ok_and(|number| number > 0.0);
    let at = shape.expires_at.as_ref();
    shape.expires_in.text(example).is_some_and(is_positive)
        || at.is_some_and(|at| at.text(example).is_some())
}

/// Replaces the example's times, each in its own unit and type; where a token is good for ever,
/// nothing is said.
fn say_when_it_ends(answer: &mut Value, oauth: &OAuth, life: Option<Duration>, now: Timestamp) {
    let shape = &oauth.answer;
    if !says_when_it_ends(oauth, answer) {
        return;
    }
    let Some(life) = life else {
        remove(answer, &shape.expires_in);
        shape.expires_at.iter().for_each(|at| remove(answer, at));
        return;
    };
    let number = match shape.expires_unit {
        LifeUnit::Seconds => life.as_secs(),
        LifeUnit::Milliseconds => u64::try_from(life.as_millis()).unwrap_or(u64::MAX),
    };
    if let Some(old) = shape.expires_in.find(answer) {
        shape.expires_in.replace(answer, like(&old, number));
    }
    let Some(at) = &shape.expires_at else { return };
    let end = now.plus(life);
    let new = match at.find(answer) {
        None => return,
        Some(Value::String(text)) if text.parse::<u64>().is_err() => json!(end),
        Some(old) => {
            let seconds = end.micros().div_euclid(1_000_000);
            like(&old, u64::try_from(seconds).unwrap_or(0))
        }
    };
    at.replace(answer, new);
}

/// A number as text, if it was text before.
fn like(old: &Value, number: u64) -> Value {
    match old {
        Value::String(_) => Value::String(number.to_string()),
        _ => json!(number),
    }
}

fn say_scopes(answer: &mut Value, oauth: &OAuth, consent: &Consent) {
    let path = &oauth.answer.scope;
    if consent.scopes.is_empty() {
        return;
    }
    let new = match path.find(answer) {
        Some(Value::Array(_)) => json!(consent.scopes),
        Some(Value::String(text)) => {
            json!(
                consent
                    .scopes
                    .join(separator(&text, &oauth.scope_separator))
            )
        }
        _ => return,
    };
    path.replace(answer, new);
}

/// What the example has between scopes, which need not be what requests have.
fn separator<'s>(example: &str, usual: &'s str) -> &'s str {
    match (example.contains(' '), example.contains(',')) {
        (true, false) => " ",
        (false, true) => ",",
        _ => usual,
    }
}

#[cfg(test)]
mod tests;
