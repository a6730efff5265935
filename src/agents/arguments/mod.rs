//! From an agent's arguments to a request: checked first, and put together piece by piece.
//!
//! Pure: nothing here looks anything up or sends anything. What is wrong is found as a whole, so
//! that an agent can mend everything at once.

mod body;
mod findings;
mod kinds;
mod nested;
mod pairs;
mod path;
mod plain;

use bytes::Bytes;

use super::call::ActionCall;
use super::error::AgentError;
use crate::domain::{Action, Auth, Connector, Param, ParamPlace, Validation};
pub use body::is_json;
use findings::Findings;
pub use pairs::UNRESERVED;

/// A request, but for what the connection adds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The path below the connection's base URL, encoded.
    pub path: String,
    /// The query, encoded.
    pub query: Option<String>,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: Option<Bytes>,
    /// What was odd about the arguments.
    pub notes: Vec<String>,
}

/// The request that `call` means.
///
/// # Errors
/// Everything that is wrong with its arguments.
pub fn request(
    connector: &Connector,
    action: &Action,
    call: &ActionCall,
    validation: Validation,
) -> Result<Request, AgentError> {
    let mut found = Findings::default();
    let known = Known { connector, action };
    let path = path::fill(&known, &call.path_variables, &mut found);
    let query = plain::query(&known, &call.query, &mut found);
    let mut headers = plain::headers(&known, &call.headers, &mut found);
    let body = body::write(&known, call.body.as_ref(), &mut headers, &mut found);
    Ok(Request {
        notes: found.settle(validation)?,
        path,
        query,
        headers,
        body,
    })
}

/// What is known of an action, and of the connector that it belongs to.
struct Known<'a> {
    connector: &'a Connector,
    action: &'a Action,
}

impl<'a> Known<'a> {
    fn at(&self, place: ParamPlace) -> impl Iterator<Item = &'a Param> + use<'a> {
        let all = self.action.params.iter();
        all.filter(move |param| param.place == place)
    }

    fn param(&self, place: ParamPlace, name: &str) -> Option<&'a Param> {
        self.at(place).find(|param| param.name == name)
    }

    /// Whether the connection itself sets the query parameter `name`.
    fn sets_query(&self, name: &str) -> bool {
        matches!(&self.connector.auth, Auth::Query(pairs) if pairs.iter().any(|(own, _)| own == name))
    }

    /// Whether the connection itself sets the header `name`, given in lower case.
    fn sets_header(&self, name: &str) -> bool {
        let own = match &self.connector.auth {
            Auth::Headers(pairs) => pairs.iter().any(|(own, _)| {
                own.as_literal()
                    .is_some_and(|own| own.eq_ignore_ascii_case(name))
            }),
            Auth::OAuth2 { header, .. } => header.eq_ignore_ascii_case(name),
            _ => false,
        };
        own || name == "authorization"
    }

    /// Whether a request has the header `name` without anybody's doing.
    fn fills_header(&self, name: &str) -> bool {
        let fixed = self.connector.headers.iter();
        ["content-type", "accept", "user-agent", "host"].contains(&name)
            || fixed
                .into_iter()
                .any(|(own, _)| own.eq_ignore_ascii_case(name))
    }

    /// What to say of a name that is known in no such place: where it is known, or which was meant.
    fn advice(&self, name: &str, place: ParamPlace) -> String {
        if let Some(other) = self
            .action
            .params
            .iter()
            .find(|param| param.name == name && param.place != place)
        {
            return format!("; it goes into the {}", word(other.place));
        }
        let known = self.at(place).map(|param| param.name.as_str());
        findings::meant(name, known)
            .map(|name| format!("; did you mean `{name}`?"))
            .unwrap_or_default()
    }
}

/// A place in words.
const fn word(place: ParamPlace) -> &'static str {
    match place {
        ParamPlace::Path => "path",
        ParamPlace::Query => "query",
        ParamPlace::Header => "headers",
        ParamPlace::Body => "body",
    }
}

#[cfg(test)]
mod tests;
