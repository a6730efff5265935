//! What came back from a token endpoint, and what went wrong.

use std::collections::BTreeMap;
use std::time::Duration;

use hyper::http::{HeaderMap, StatusCode, header};
use serde_json::Value;

use crate::domain::{AnswerShape, LifeUnit, OAuth, Secret, Timestamp};
use crate::egress::fetch::Fetched;

/// The longest token that is kept, in bytes.
const MAX_TOKEN_BYTES: usize = 16 * 1024;
/// The longest value that is kept of an answer, in bytes.
const MAX_KEPT_BYTES: usize = 2 * 1024;
/// A longer life is taken for this one: ten years.
const MAX_LIFE: Duration = Duration::from_secs(10 * 365 * 24 * 60 * 60);
/// So much of a provider's own words is repeated.
const MAX_WORDS: usize = 200;

/// What a token endpoint gave.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Opens the provider's API.
    pub access_token: Secret<String>,
    /// Brings the next access token, where there is one.
    pub refresh_token: Option<Secret<String>>,
    /// When the access token ends; never, as far as the provider says, if none.
    pub expires_at: Option<Timestamp>,
    /// What was granted, where the provider tells.
    pub scopes: Option<Vec<String>>,
    /// Who it is for, where the answer tells.
    pub account: Option<String>,
    /// Fields that the answer fills.
    pub kept: BTreeMap<String, String>,
}

/// Why there are no tokens. By what can be done next. No variant holds a secret.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// The provider will not take this code or refresh token, now or later: its owner must sign in
    /// again.
    #[error("the provider refused it: {0}")]
    GrantRefused(String),
    /// The provider does not take the OAuth app: its id or secret is wrong. The operator can mend it.
    #[error("the provider does not accept the OAuth app's client id or secret: {0}")]
    ClientRefused(String),
    /// The provider refused the request for another reason.
    #[error("the provider refused the request: {0}")]
    Refused(String),
    /// The provider cannot answer just now.
    #[error("the provider cannot answer just now: {what}")]
    Unavailable {
        /// What it said, or did.
        what: String,
        /// When it may be asked again, as it says.
        retry_after: Option<Duration>,
    },
    /// The answer is not what a token endpoint answers.
    #[error("the provider's answer cannot be used: {0}")]
    Malformed(&'static str),
}

/// Reads an answer that came at `now`. `sent` are the secrets of the request: a provider that
/// repeats them in its words is not repeated.
pub fn read(
    oauth: &OAuth,
    answer: &Fetched,
    now: Timestamp,
    sent: &[&Secret<String>],
) -> Result<Tokens, TokenError> {
    let body = parsed(&answer.headers, &answer.body);
    let status = answer.status;
    if status == StatusCode::TOO_MANY_REQUESTS || status.is_server_error() {
        // Some answer 500 to a dead refresh token; only the code tells.
        return Err(match refused(oauth, body.as_ref(), status, sent) {
            Some(error @ TokenError::GrantRefused(_)) => error,
            _ => unavailable(answer),
        });
    }
    if let Some(error) = refused(oauth, body.as_ref(), status, sent) {
        return Err(error);
    }
    if !status.is_success() {
        return Err(match status.as_u16() {
            300..=399 => TokenError::Malformed("it is a redirect"),
            401 => TokenError::ClientRefused("it answered 401".to_owned()),
            _ => TokenError::Refused(format!("it answered {}", status.as_u16())),
        });
    }
    let body = body.ok_or(TokenError::Malformed("it is no JSON object"))?;
    tokens(oauth, &body, now)
}

/// The body as JSON. A form is read as an object, for providers that answer so.
fn parsed(headers: &HeaderMap, body: &[u8]) -> Option<Value> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let value = match kind.starts_with("application/x-www-form-urlencoded") {
        true => Value::Object(
            url::form_urlencoded::parse(body)
                .map(|(name, value)| (name.into_owned(), value.into_owned().into()))
                .collect(),
        ),
        false => serde_json::from_slice(body).ok()?,
    };
    (value.is_object() || value.is_array()).then_some(value)
}

fn unavailable(answer: &Fetched) -> TokenError {
    let seconds = answer
        .headers
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok());
    TokenError::Unavailable {
        what: format!("it answered {}", answer.status.as_u16()),
        retry_after: seconds.map(Duration::from_secs),
    }
}

/// The error that the answer tells of, whatever its status.
fn refused(
    oauth: &OAuth,
    body: Option<&Value>,
    status: StatusCode,
    sent: &[&Secret<String>],
) -> Option<TokenError> {
    let body = body?;
    let shape = &oauth.answer;
    let not_ok = shape
        .ok
        .as_ref()
        .is_some_and(|ok| ok.find(body) != Some(Value::Bool(true)));
    let code = shape.error.text(body);
    // A 200 with a token in it is no error, even if it has an empty or odd `error`.
    if status.is_success() && !not_ok && (code.is_none() || has_token(shape, body)) {
        return None;
    }
    let code = match code {
        Some(code) => code,
        None if not_ok => "no reason given".to_owned(),
        None => return None,
    };
    let words = words(&code, shape.error_description.text(body), sent);
    let own = |list: &[&str]| list.contains(&code.as_str());
    Some(
        if own(&["invalid_grant"]) || oauth.invalid_grant.contains(&code) {
            TokenError::GrantRefused(words)
        } else if own(&["invalid_client", "unauthorized_client"]) {
            TokenError::ClientRefused(words)
        } else if own(&["temporarily_unavailable", "server_error", "slow_down"]) {
            TokenError::Unavailable {
                what: words,
                retry_after: None,
            }
        } else {
            TokenError::Refused(words)
        },
    )
}

fn has_token(shape: &AnswerShape, body: &Value) -> bool {
    matches!(shape.access_token.find(body), Some(Value::String(_)))
}

/// A provider's error as it may be repeated: short, one line, without what we sent.
pub fn words(code: &str, description: Option<String>, sent: &[&Secret<String>]) -> String {
    let mut text = match description {
        Some(description) if description != code => format!("{code}: {description}"),
        _ => code.to_owned(),
    };
    for secret in sent {
        if secret.expose().len() >= 4 {
            text = text.replace(secret.expose().as_str(), "•••");
        }
    }
    plain(&text)
}

fn tokens(oauth: &OAuth, body: &Value, now: Timestamp) -> Result<Tokens, TokenError> {
    let shape = &oauth.answer;
    let access_token = match shape.access_token.find(body) {
        Some(Value::String(token)) => usable(token)?,
        Some(_) => return Err(TokenError::Malformed("its access token is no text")),
        None => return Err(TokenError::Malformed("it has no access token")),
    };
    let refresh_token = match shape.refresh_token.find(body) {
        None | Some(Value::Null) => None,
        Some(Value::String(token)) if token.is_empty() => None,
        Some(Value::String(token)) => Some(usable(token)?),
        Some(_) => return Err(TokenError::Malformed("its refresh token is no text")),
    };
    let mut kept = BTreeMap::new();
    for (field, path) in &shape.keep {
        if let Some(text) = path.text(body).filter(|text| text.len() <= MAX_KEPT_BYTES) {
            kept.insert(field.clone(), text);
        }
    }
    Ok(Tokens {
        access_token,
        refresh_token,
        expires_at: expiry(oauth, body, now)?,
        scopes: scopes(oauth, body),
        account: shape
            .account
            .as_ref()
            .and_then(|path| account(path.text(body))),
        kept,
    })
}

/// A text of somebody else's as it may be shown: short, one line, and in the order it seems to have.
fn plain(text: &str) -> String {
    let hidden = |each: char| matches!(each, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    text.chars()
        .filter(|each| !hidden(*each))
        .map(|each| if each.is_control() { ' ' } else { each })
        .take(MAX_WORDS)
        .collect()
}

/// A name for people: short, one line.
pub(super) fn account(text: Option<String>) -> Option<String> {
    text.map(|text| plain(&text))
}

/// A token that fits a header and a record.
fn usable(token: String) -> Result<Secret<String>, TokenError> {
    let token = Secret::new(token);
    let plain = |byte: u8| (0x20..0x7f).contains(&byte);
    if token.expose().is_empty() {
        return Err(TokenError::Malformed("a token is empty"));
    }
    if token.expose().len() > MAX_TOKEN_BYTES || !token.expose().bytes().all(plain) {
        return Err(TokenError::Malformed(
            "a token is too long, or no plain text",
        ));
    }
    Ok(token)
}

fn expiry(oauth: &OAuth, body: &Value, now: Timestamp) -> Result<Option<Timestamp>, TokenError> {
    let malformed = TokenError::Malformed("its expiry is neither a number nor a time");
    let shape = &oauth.answer;
    if let Some(path) = &shape.expires_at
        && let Some(text) = path.text(body)
    {
        let end = match text.parse::<i64>() {
            Ok(seconds) => Timestamp::from_micros(seconds.saturating_mul(1_000_000)),
            Err(_) => text.parse().map_err(|_| malformed.clone())?,
        };
        // A token that has ended on arrival comes from a clock that is not ours; believing it, we
        // would ask for another with every request.
        if end > now {
            return Ok(Some(end.min(now.plus(MAX_LIFE))));
        }
    }
    let life = match shape.expires_in.find(body) {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.is_empty() => None,
        Some(Value::String(text)) => Some(text.trim().parse::<f64>().map_err(|_| malformed)?),
        Some(Value::Number(number)) => number.as_f64(),
        Some(_) => return Err(malformed),
    };
    let seconds = life.map(|life| match shape.expires_unit {
        LifeUnit::Seconds => life,
        LifeUnit::Milliseconds => life / 1000.0,
    });
    let stated = seconds
        .filter(|seconds| *seconds >= 1.0)
        .map(|seconds| Duration::try_from_secs_f64(seconds).unwrap_or(MAX_LIFE));
    let usual = oauth.lifetime_seconds.map(Duration::from_secs);
    Ok(stated.or(usual).map(|life| now.plus(life.min(MAX_LIFE))))
}

/// What was granted: a list, or a text with the provider's separator, a space or commas.
fn scopes(oauth: &OAuth, body: &Value) -> Option<Vec<String>> {
    let list: Vec<String> = match oauth.answer.scope.find(body)? {
        Value::Array(items) => items
            .iter()
            .filter_map(|item| item.as_str().map(str::to_owned))
            .collect(),
        Value::String(text) => text
            .split(|each: char| each.is_whitespace() || each == ',')
            .filter(|scope| !scope.is_empty())
            .map(str::to_owned)
            .collect(),
        _ => return None,
    };
    (!list.is_empty()).then_some(list)
}

#[cfg(test)]
mod tests;
