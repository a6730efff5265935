//! Where a request goes: scheme, host and port, without path or secrets.

use std::hash::{Hash, Hasher};
use std::net::IpAddr;
use std::sync::Arc;

use hyper::header::HeaderValue;
use rustls::pki_types::ServerName;
use url::{Host, Url};

use super::EgressError;

/// Plain or encrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scheme {
    /// `http`
    Http,
    /// `https`
    Https,
}

/// How far a request may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Reach {
    /// Public addresses, and those that the operator allows.
    Public,
    /// These, and the one address at which the built-in mock listens.
    BuiltIn,
}

/// A scheme, host and port. Cheap to clone; make it once for a connection and keep it.
#[derive(Clone)]
pub struct Origin(Arc<Facts>);

struct Facts {
    scheme: Scheme,
    /// As the `url` crate writes it: lower case, IDNA applied, IPv6 in brackets.
    host: String,
    port: u16,
    /// The host, if it is an address in whatever notation: those never reach a resolver.
    address: Option<IpAddr>,
    host_header: HeaderValue,
    server_name: ServerName<'static>,
}

impl Origin {
    /// The origin of `url`, whose user name, path and query are left behind.
    pub fn of(url: &Url) -> Result<Self, EgressError> {
        let scheme = match url.scheme() {
            "http" => Scheme::Http,
            "https" => Scheme::Https,
            _ => return Err(EgressError::NotHttp),
        };
        let (host, port) = url
            .host_str()
            .zip(url.port_or_known_default())
            .ok_or(EgressError::NotHttp)?;
        let address = match url.host() {
            Some(Host::Ipv4(ip)) => Some(IpAddr::V4(ip)),
            Some(Host::Ipv6(ip)) => Some(IpAddr::V6(ip)),
            _ => None,
        };
        let server_name = match address {
            Some(ip) => ServerName::IpAddress(ip.into()),
            None => ServerName::try_from(host.to_owned()).map_err(|_| EgressError::NotHttp)?,
        };
        let host_header = match url.port() {
            Some(port) => HeaderValue::try_from(format!("{host}:{port}")),
            None => HeaderValue::from_str(host),
        };
        Ok(Self(Arc::new(Facts {
            scheme,
            host: host.to_owned(),
            port,
            address,
            host_header: host_header.map_err(|_| EgressError::NotHttp)?,
            server_name,
        })))
    }

    /// Plain or encrypted.
    pub fn scheme(&self) -> Scheme {
        self.0.scheme
    }

    /// The host, as errors name it.
    pub fn host(&self) -> &str {
        &self.0.host
    }

    /// The port, the scheme's own if the URL named none.
    pub fn port(&self) -> u16 {
        self.0.port
    }

    /// The host if it is an address rather than a name.
    pub(super) fn address(&self) -> Option<IpAddr> {
        self.0.address
    }

    /// What the `Host` header says: the port is left out where it is the scheme's own.
    pub(super) fn host_header(&self) -> HeaderValue {
        self.0.host_header.clone()
    }

    /// The name that the certificate must be for.
    pub(super) fn server_name(&self) -> ServerName<'static> {
        self.0.server_name.clone()
    }
}

impl PartialEq for Origin {
    fn eq(&self, other: &Self) -> bool {
        let (a, b) = (&*self.0, &*other.0);
        Arc::ptr_eq(&self.0, &other.0)
            || (a.port == b.port && a.scheme == b.scheme && a.host == b.host)
    }
}

impl Eq for Origin {}

impl Hash for Origin {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.0.scheme.hash(state);
        self.0.port.hash(state);
        self.0.host.hash(state);
    }
}

impl std::fmt::Display for Origin {
    /// As a URL begins: `https://api.example.com:8443`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let scheme = match self.0.scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        };
        write!(f, "{scheme}://{}:{}", self.0.host, self.0.port)
    }
}

impl std::fmt::Debug for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:?} {}:{}", self.0.scheme, self.0.host, self.0.port)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn origin(url: &str) -> Result<Origin, EgressError> {
        Origin::of(&url.parse().unwrap())
    }

    #[test]
    fn an_origin_is_scheme_host_and_port_and_nothing_else() {
        let a = origin("https://user:pass@API.example.com/v1?key=1").unwrap();
        assert_eq!(a, origin("https://api.example.com:443/other").unwrap());
        assert_ne!(a, origin("http://api.example.com:443/").unwrap());
        assert_ne!(a, origin("https://api.example.com:8443/").unwrap());
        assert_ne!(a, origin("https://example.com/").unwrap());
        assert_eq!(format!("{a:?}"), "Https api.example.com:443");
    }

    #[test]
    fn the_host_header_names_the_port_only_where_it_is_not_the_schemes_own() {
        for (url, host) in [
            ("https://example.com/", "example.com"),
            ("https://example.com:443/", "example.com"),
            ("http://example.com:443/", "example.com:443"),
            ("http://[::1]:8080/", "[::1]:8080"),
        ] {
            assert_eq!(origin(url).unwrap().host_header(), host, "{url}");
        }
    }

    #[test]
    fn every_notation_of_an_address_is_seen_as_the_address() {
        for url in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://127.1/",
            "http://①②⑦.0.0.1/",
        ] {
            let address = origin(url).unwrap().address();
            assert_eq!(address, Some("127.0.0.1".parse().unwrap()), "{url}");
        }
        let mapped = origin("http://[::ffff:127.0.0.1]/").unwrap().address();
        assert_eq!(mapped, Some("::ffff:127.0.0.1".parse().unwrap()));
    }

    #[test]
    fn only_the_web_has_origins() {
        for url in [
            "ftp://example.com/",
            "file:///etc/passwd",
            "data:,x",
            "unix:/run/x",
        ] {
            assert!(matches!(origin(url), Err(EgressError::NotHttp)), "{url}");
        }
    }
}
