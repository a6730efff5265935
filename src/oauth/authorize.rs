//! Where a person is sent to sign in (RFC 6749 section 4.1.1).

use url::Url;

use super::endpoints::NoEndpoints;
use crate::domain::OAuth;

/// A request to sign in.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest<'a> {
    /// The provider's authorization endpoint. What its query has already stays.
    pub endpoint: &'a Url,
    /// The OAuth app.
    pub client_id: &'a str,
    /// Where the provider sends the person back to, exactly as registered.
    pub redirect_uri: &'a str,
    /// What is asked for.
    pub scopes: &'a [String],
    /// Comes back as it is.
    pub state: &'a str,
    /// The S256 challenge.
    pub challenge: Option<&'a str>,
    /// What the operator adds. Never replaces a parameter of ours.
    pub extra: &'a [(String, String)],
}

/// The address to send the person to.
pub fn authorize_url<'v>(
    oauth: &OAuth,
    request: &AuthorizationRequest<'_>,
    value: impl Fn(&str) -> Option<&'v str>,
) -> Result<Url, NoEndpoints> {
    let mut parameters: Vec<(String, String)> = Vec::new();
    let named = |name: &str| {
        oauth
            .rename
            .get(name)
            .cloned()
            .unwrap_or_else(|| name.to_owned())
    };
    let mut ours = |name: &str, value: &str| parameters.push((named(name), value.to_owned()));
    ours("response_type", "code");
    ours("client_id", request.client_id);
    ours("redirect_uri", request.redirect_uri);
    if !request.scopes.is_empty() {
        ours("scope", &request.scopes.join(&oauth.scope_separator));
    }
    ours("state", request.state);
    if let Some(challenge) = request.challenge.filter(|_| oauth.pkce) {
        ours("code_challenge", challenge);
        ours("code_challenge_method", "S256");
    }
    let ours = parameters.len();
    for (name, template) in &oauth.authorize_params {
        let text = template.render(&value)?;
        if !text.is_empty() {
            parameters.push((name.clone(), text));
        }
    }
    for (name, text) in request.extra {
        let is_ours = parameters.iter().take(ours).any(|(other, _)| other == name);
        if is_ours {
            continue;
        }
        parameters.retain(|(other, _)| other != name);
        parameters.push((name.clone(), text.clone()));
    }
    let mut url = request.endpoint.clone();
    url.set_fragment(None);
    url.query_pairs_mut().extend_pairs(parameters);
    Ok(url)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::oauth::vector::tests::plain;

    fn request<'a>(endpoint: &'a Url, extra: &'a [(String, String)]) -> AuthorizationRequest<'a> {
        AuthorizationRequest {
            endpoint,
            client_id: "app",
            redirect_uri: "https://here.example/connections/oauth/callback",
            scopes: &[],
            state: "s&t=é",
            challenge: Some("challenge"),
            extra,
        }
    }

    fn pairs(url: &Url) -> Vec<(String, String)> {
        url.query_pairs().into_owned().collect()
    }

    #[test]
    fn every_parameter_arrives_as_it_is() {
        let endpoint = Url::parse("https://p.example/authorize?tenant=1#x").unwrap();
        let scopes = ["a".to_owned(), "b:c".to_owned()];
        let request = AuthorizationRequest {
            scopes: &scopes,
            ..request(&endpoint, &[])
        };
        let url = authorize_url(&plain(), &request, |_| None).unwrap();
        assert_eq!(url.fragment(), None);
        let expected = [
            ("tenant", "1"),
            ("response_type", "code"),
            ("client_id", "app"),
            (
                "redirect_uri",
                "https://here.example/connections/oauth/callback",
            ),
            ("scope", "a b:c"),
            ("state", "s&t=é"),
            ("code_challenge", "challenge"),
            ("code_challenge_method", "S256"),
        ];
        assert_eq!(
            pairs(&url),
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
    }

    #[test]
    fn no_extra_parameter_replaces_one_of_ours() {
        let endpoint = Url::parse("https://p.example/authorize").unwrap();
        let extra = [
            ("state".to_owned(), "mine".to_owned()),
            ("prompt".to_owned(), "login".to_owned()),
        ];
        let url = authorize_url(&plain(), &request(&endpoint, &extra), |_| None).unwrap();
        let pairs = pairs(&url);
        let all = |name: &str| -> Vec<&str> {
            let found = pairs.iter().filter(|(other, _)| other == name);
            found.map(|(_, value)| value.as_str()).collect()
        };
        assert_eq!(all("state"), ["s&t=é"]);
        assert_eq!(all("prompt"), ["login"]);
    }

    #[test]
    fn parameters_have_the_providers_names_and_no_challenge_where_it_fails() {
        let mut oauth = plain();
        oauth.pkce = false;
        oauth
            .rename
            .insert("client_id".to_owned(), "client_key".to_owned());
        let endpoint = Url::parse("https://p.example/authorize").unwrap();
        let url = authorize_url(&oauth, &request(&endpoint, &[]), |_| None).unwrap();
        let names: Vec<String> = pairs(&url).into_iter().map(|(name, _)| name).collect();
        assert_eq!(
            names,
            ["response_type", "client_key", "redirect_uri", "state"]
        );
    }
}
