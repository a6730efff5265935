//! The rules about signing in to the admin pages.

use url::{Host, Url};

use super::rules::Checker;
use super::{OidcSettings, settings};
use crate::domain::Role;

impl Checker<'_> {
    /// The organisation's own sign-in, if one is set.
    pub fn oidc(&mut self, oidc: &settings::Oidc) -> Option<OidcSettings> {
        if oidc.issuer.is_empty() {
            return None;
        }
        let issuer = self.issuer(&oidc.issuer);
        if oidc.client_id.is_empty() {
            let what = "must be set when `admin.oidc.issuer` is".to_owned();
            self.wrong("admin.oidc.client_id", what);
        }
        let allowed_domains = self.domains(&oidc.allowed_domains);
        let default_role = self.default_role(&oidc.default_role);
        let host = issuer?.host_str()?.to_owned();
        Some(OidcSettings {
            issuer: oidc.issuer.clone(),
            client_id: oidc.client_id.clone(),
            client_secret: oidc.client_secret.clone(),
            name: match oidc.name.trim() {
                "" => host,
                name => name.to_owned(),
            },
            allowed_domains,
            default_role,
        })
    }

    /// Over TLS, or of this machine: what it says decides who comes in.
    fn issuer(&mut self, text: &str) -> Option<Url> {
        let is_local = |url: &Url| match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(address)) => address.is_loopback(),
            Some(Host::Ipv6(address)) => address.is_loopback(),
            None => false,
        };
        let url = Url::parse(text).ok().filter(|url| {
            (url.scheme() == "https" || (url.scheme() == "http" && is_local(url)))
                && url.query().is_none()
                && url.fragment().is_none()
                && url.username().is_empty()
                && url.password().is_none()
        });
        if url.is_none() {
            let what = "must be an https URL without a query, as the provider names itself";
            self.wrong_unseen("admin.oidc.issuer", what.to_owned());
        }
        url
    }

    fn domains(&mut self, texts: &[String]) -> Vec<String> {
        for text in texts {
            if text.is_empty() || text.contains('@') || text.contains(char::is_whitespace) {
                let what = format!(
                    "`{}` is no domain; write it as in example.com",
                    text.escape_debug()
                );
                self.wrong("admin.oidc.allowed_domains", what);
            }
        }
        texts.iter().map(|text| text.to_lowercase()).collect()
    }

    fn default_role(&mut self, text: &str) -> Option<Role> {
        if text.is_empty() {
            return None;
        }
        let role = text.parse();
        role.map_err(|what| self.wrong("admin.oidc.default_role", what))
            .ok()
    }
}
