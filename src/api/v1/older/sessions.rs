//! The records of a session, around a token that somebody else makes and reads.

use std::time::Duration;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::ids::unique;
use super::millis;
use crate::api::error::ApiError;
use crate::domain::{Environment, Identity, IdentityType, Timestamp};

/// What stands before a session's token where older programs see it.
const TOKEN_PREFIX: &str = "ln_tk::";
/// For how long a record of a session is good unless its maker says.
const RECORD_LIFE: Duration = Duration::from_secs(5 * 60);
const MAX_LABEL_BYTES: usize = 256;

/// For whom a session is asked for, as it is sent. Other fields mean nothing: the key decides the
/// environment.
#[derive(Clone, Debug, Default, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AskedBody {
    /// Whose connections will be made; at most 128 bytes.
    identity: Option<String>,
    /// What kind of owner that is.
    identity_type: Option<String>,
    /// An old name of `identity`.
    group: Option<String>,
    /// The application's own words; given back as they are.
    label: Option<String>,
    /// For how long at the most, in milliseconds.
    ttl: Option<u64>,
}

/// For whom a session is asked for, checked.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Asked {
    /// Whose connections will be made.
    pub identity: Option<Identity>,
    /// What kind of owner that is.
    pub identity_type: Option<IdentityType>,
    /// The identity under its old name, if it was sent under that.
    pub group: Option<String>,
    /// The application's own words.
    pub label: Option<String>,
    /// For how long at the most.
    pub ttl: Option<Duration>,
}

impl TryFrom<AskedBody> for Asked {
    type Error = ApiError;

    /// # Errors
    /// An empty identity is a mistake, not nobody: it would give everybody the same connections.
    fn try_from(body: AskedBody) -> Result<Self, ApiError> {
        let identity = body.identity.as_ref().or(body.group.as_ref());
        let identity = identity.map(|text| text.parse().map_err(ApiError::bad_request));
        let kind = |text: String| {
            text.parse()
                .map_err(|error: String| ApiError::bad_request(error))
        };
        let is_fine =
            |label: &String| label.len() <= MAX_LABEL_BYTES && !label.chars().any(char::is_control);
        if !body.label.iter().chain(&body.group).all(is_fine) {
            return Err(ApiError::bad_request(format!(
                "label: must not exceed {MAX_LABEL_BYTES} bytes, on one line"
            )));
        }
        Ok(Self {
            identity: identity.transpose()?,
            identity_type: body.identity_type.map(kind).transpose()?,
            group: body.group,
            label: body.label,
            ttl: body.ttl.map(Duration::from_millis),
        })
    }
}

impl Asked {
    /// The fields of a record that say for whom it is. What was not said is left out.
    fn echo(&self) -> Map<String, Value> {
        let identity = self.identity.as_ref().map(Identity::as_str);
        let fields = [
            ("identity", json!(identity)),
            ("identityType", json!(self.identity_type)),
            ("group", json!(self.group)),
            ("label", json!(self.label)),
        ];
        let fields = fields.into_iter().filter(|(_, value)| !value.is_null());
        fields
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

/// The answer to `POST /v1/event-links/create`: `token`, which is good until `expires_at`, in the
/// clothes of a link token.
pub fn event_link(
    asked: &Asked,
    token: &str,
    environment: Environment,
    now: Timestamp,
    expires_at: Timestamp,
) -> Value {
    let mut record = Map::from_iter([
        ("_id".to_owned(), json!(unique("ln", now))),
        ("_type".to_owned(), json!("event-link")),
        ("version".to_owned(), json!("1.0.0")),
        ("ownership".to_owned(), json!({})),
    ]);
    record.extend(asked.echo());
    record.extend([
        ("token".to_owned(), json!(format!("{TOKEN_PREFIX}{token}"))),
        ("environment".to_owned(), json!(environment)),
        ("usageSource".to_owned(), json!("sdk")),
        ("createdAt".to_owned(), json!(millis(now))),
        ("createdDate".to_owned(), json!(now)),
        ("expiresAt".to_owned(), json!(millis(expires_at))),
    ]);
    Value::Object(record)
}

/// The session's token that `text` carries: a link token without its clothes, any other as it is.
pub fn bare_token(text: &str) -> &str {
    text.strip_prefix(TOKEN_PREFIX).unwrap_or(text)
}

/// What is sent to `POST /v1/embed-tokens/create`.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EmbedTokenBody {
    link_settings: LinkSettings,
    #[serde(flatten)]
    asked: AskedBody,
    /// Milliseconds since 1970; five minutes from now unless said.
    expires_at: Option<i64>,
    session_id: Option<String>,
    #[schema(value_type = Option<Vec<Object>>)]
    features: Option<Value>,
}

#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(rename_all = "camelCase")]
struct LinkSettings {
    /// What is to be shown; given back as it is.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    connected_platforms: Vec<Map<String, Value>>,
    /// The link's token.
    event_inc_token: String,
}

impl EmbedTokenBody {
    /// The token of the session that it is about; not looked at yet.
    pub fn token(&self) -> &str {
        bare_token(&self.link_settings.event_inc_token)
    }

    /// The record, which goes to the browser. Only its token means something to us.
    pub fn record(self, environment: Environment, now: Timestamp) -> Result<Value, ApiError> {
        let asked = Asked::try_from(self.asked)?;
        let expires_at = self
            .expires_at
            .unwrap_or_else(|| millis(now.plus(RECORD_LIFE)));
        let session_id = self.session_id.unwrap_or_else(|| unique("session_id", now));
        let mut record = Map::from_iter([
            ("_id".to_owned(), json!(unique("embed_tk", now))),
            (
                "linkSettings".to_owned(),
                json!({
                    "connectedPlatforms": self.link_settings.connected_platforms,
                    "eventIncToken": self.link_settings.event_inc_token,
                }),
            ),
            ("environment".to_owned(), json!(environment)),
            ("sessionId".to_owned(), json!(session_id)),
            (
                "features".to_owned(),
                self.features.unwrap_or_else(|| json!([])),
            ),
        ]);
        record.extend(asked.echo());
        record.extend([
            ("createdAt".to_owned(), json!(millis(now))),
            ("createdDate".to_owned(), json!(now)),
            ("expiresAt".to_owned(), json!(expires_at)),
        ]);
        Ok(Value::Object(record))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp::from_micros(1_752_941_969_702_632);

    fn asked(body: Value) -> Result<Asked, ApiError> {
        serde_json::from_value::<AskedBody>(body)
            .unwrap()
            .try_into()
    }

    #[test]
    fn a_session_is_for_whom_its_body_says() {
        let whole = asked(json!({
            "identity": "user_1", "identityType": "team", "group": "other", "label": "Ada", "ttl": 7_200_000,
            "environment": "live", "usageSource": "sdk",
        }));
        let whole = whole.unwrap();
        assert_eq!(whole.identity.unwrap().as_str(), "user_1");
        assert_eq!(whole.identity_type, Some(IdentityType::Team));
        assert_eq!(whole.ttl, Some(Duration::from_secs(7200)));
        let by_group = asked(json!({ "group": "acme" })).unwrap();
        assert_eq!(by_group.identity.unwrap().as_str(), "acme");
        assert_eq!(
            asked(json!({ "identity": null })).unwrap(),
            Asked::default()
        );
    }

    #[test]
    fn an_identity_that_is_none_is_refused() {
        for body in [
            json!({ "identity": "" }),
            json!({ "identity": " " }),
            json!({ "group": "" }),
            json!({ "identity": "x".repeat(129) }),
            json!({ "identity": "a\nb" }),
            json!({ "identityType": "robot" }),
            json!({ "label": "x".repeat(257) }),
            json!({ "identity": "a", "group": "b\n" }),
        ] {
            assert!(asked(body.clone()).is_err(), "{body}");
        }
    }

    #[test]
    fn an_event_link_carries_the_token_and_says_for_whom() {
        let asked = asked(json!({ "group": "acme", "identityType": "organization" })).unwrap();
        let later = NOW.plus(Duration::from_secs(900));
        let mut link = event_link(&asked, "sealed", Environment::Test, NOW, later);
        let id = link["_id"].take();
        assert!(id.as_str().unwrap().starts_with("ln::"), "{id}");
        assert_eq!(
            link,
            json!({
                "_id": null, "_type": "event-link", "version": "1.0.0", "ownership": {},
                "identity": "acme", "identityType": "organization", "group": "acme",
                "token": "ln_tk::sealed", "environment": "test", "usageSource": "sdk",
                "createdAt": 1_752_941_969_702_i64, "createdDate": "2025-07-19T16:19:29.702632Z",
                "expiresAt": 1_752_942_869_702_i64,
            })
        );
        assert_eq!(bare_token(link["token"].as_str().unwrap()), "sealed");
        assert_eq!(bare_token("sealed"), "sealed");
    }

    #[test]
    fn an_embed_token_gives_back_what_was_sent() {
        let platforms = json!([{ "type": "gmail", "title": "Gmail", "own": 1 }]);
        let sent = json!({
            "linkSettings": { "connectedPlatforms": platforms, "eventIncToken": "ln_tk::sealed" },
            "identity": "user_1", "label": "Ada", "environment": "test", "expiresAt": 1_752_942_269_702_i64,
            "sessionId": "session_id::a::b", "features": [],
        });
        let body: EmbedTokenBody = serde_json::from_value(sent.clone()).unwrap();
        assert_eq!(body.token(), "sealed");
        let record = body.record(Environment::Test, NOW).unwrap();
        for (name, value) in sent.as_object().unwrap() {
            assert_eq!(&record[name], value, "{name}");
        }
        assert!(record["_id"].as_str().unwrap().starts_with("embed_tk::"));
        assert_eq!(record["createdAt"], 1_752_941_969_702_i64);
        assert!(record.get("identityType").is_none());
    }

    #[test]
    fn an_embed_token_needs_a_link_token_and_makes_up_the_rest() {
        let least = json!({ "linkSettings": { "eventIncToken": "t" }, "environment": "live" });
        let body: EmbedTokenBody = serde_json::from_value(least).unwrap();
        let record = body.record(Environment::Test, NOW).unwrap();
        assert_eq!(record["environment"], "test");
        assert_eq!(record["expiresAt"], 1_752_942_269_702_i64);
        assert!(
            record["sessionId"]
                .as_str()
                .unwrap()
                .starts_with("session_id::")
        );
        for bad in [
            json!({}),
            json!({ "linkSettings": {} }),
            json!({ "linkSettings": { "eventIncToken": 1 } }),
            json!({ "linkSettings": { "eventIncToken": "t", "connectedPlatforms": ["x"] } }),
        ] {
            assert!(
                serde_json::from_value::<EmbedTokenBody>(bad.clone()).is_err(),
                "{bad}"
            );
        }
    }
}
