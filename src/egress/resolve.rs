//! From a host to the addresses that are connected to.

use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::OnceLock;

use super::EgressError;
use super::guard::{Forbidden, Guard};
use super::origin::{Origin, Reach};

/// What a [`Lookup`] gives.
pub type Answers = Pin<Box<dyn Future<Output = io::Result<Vec<IpAddr>>> + Send>>;

/// Where addresses of names come from.
pub type Lookup = Box<dyn Fn(&str) -> Answers + Send + Sync>;

/// Resolves names, and lets pass only the answers that may be reached.
///
/// What it gives is connected to as it is: there is no second look-up whose answer could be
/// another one (DNS rebinding).
pub struct Resolver {
    guard: Guard,
    lookup: Lookup,
    built_in: OnceLock<SocketAddr>,
}

impl Resolver {
    /// One that asks the operating system.
    pub fn system(guard: Guard) -> Self {
        Self::new(
            guard,
            Box::new(|host| Box::pin(ask_system(host.to_owned()))),
        )
    }

    /// One that asks `lookup`.
    pub fn new(guard: Guard, lookup: Lookup) -> Self {
        Self {
            guard,
            lookup,
            built_in: OnceLock::new(),
        }
    }

    pub(super) fn built_in_is_at(&self, address: SocketAddr) {
        // A second call is another listener of the same program; the mock answers on the first.
        let _ = self.built_in.set(address);
    }

    /// The addresses of `origin` that may be reached, in the resolver's order; at least one.
    ///
    /// An answer that mixes public and private addresses is used for its public ones: refusing
    /// all of it would protect nothing more, since only these are connected to.
    pub async fn resolve(
        &self,
        origin: &Origin,
        reach: Reach,
    ) -> Result<Vec<SocketAddr>, EgressError> {
        let answers = match origin.address() {
            Some(ip) => vec![ip],
            None => self.ask(origin.host()).await?,
        };
        self.allowed(answers, origin.host(), origin.port(), reach)
    }

    /// The same for a name whose port is not known here, and is the mock's if the reach is.
    pub(super) async fn resolve_name(
        &self,
        host: &str,
        reach: Reach,
    ) -> Result<Vec<SocketAddr>, EgressError> {
        let answers = self.ask(host).await?;
        let port = match reach {
            Reach::Public => 0,
            Reach::BuiltIn => self.built_in_port().unwrap_or(0),
        };
        self.allowed(answers, host, port, reach)
    }

    /// Where the built-in mock listens, once it does.
    pub(super) fn built_in_port(&self) -> Option<u16> {
        self.built_in.get().map(SocketAddr::port)
    }

    fn allowed(
        &self,
        answers: Vec<IpAddr>,
        host: &str,
        port: u16,
        reach: Reach,
    ) -> Result<Vec<SocketAddr>, EgressError> {
        let allowed: Vec<_> = answers
            .into_iter()
            .map(|ip| SocketAddr::new(ip, port))
            .filter(|address| self.check(*address, reach).is_ok())
            .collect();
        if allowed.is_empty() {
            let host = host.to_owned();
            return Err(EgressError::Forbidden { host });
        }
        Ok(allowed)
    }

    async fn ask(&self, host: &str) -> Result<Vec<IpAddr>, EgressError> {
        let unresolvable = |source| EgressError::Unresolvable {
            host: host.to_owned(),
            source,
        };
        match (self.lookup)(host).await {
            Ok(answers) if answers.is_empty() => Err(unresolvable(None)),
            Ok(answers) => Ok(answers),
            Err(error) => Err(unresolvable(Some(error))),
        }
    }

    fn check(&self, address: SocketAddr, reach: Reach) -> Result<(), Forbidden> {
        if reach == Reach::BuiltIn && self.built_in.get() == Some(&address) {
            return Ok(());
        }
        self.guard.check(address.ip())
    }
}

async fn ask_system(host: String) -> io::Result<Vec<IpAddr>> {
    // The port only completes the type that the look-up wants.
    let answers = tokio::net::lookup_host((host, 0)).await?;
    Ok(answers.map(|address| address.ip()).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolver(answers: &'static [&'static str]) -> Resolver {
        let answers: Vec<IpAddr> = answers.iter().map(|ip| ip.parse().unwrap()).collect();
        let lookup =
            move |_: &str| -> Answers { Box::pin(std::future::ready(Ok(answers.clone()))) };
        Resolver::new(Guard::default(), Box::new(lookup))
    }

    async fn resolve(resolver: &Resolver, url: &str, reach: Reach) -> Result<Vec<String>, String> {
        let origin = Origin::of(&url.parse().unwrap()).unwrap();
        let addresses = resolver.resolve(&origin, reach).await;
        addresses
            .map(|all| all.iter().map(SocketAddr::to_string).collect())
            .map_err(|error| error.to_string())
    }

    #[tokio::test]
    async fn only_answers_that_may_be_reached_are_used() {
        let mixed = resolver(&["10.0.0.1", "1.1.1.1", "::1"]);
        let addresses = resolve(&mixed, "http://mixed.test/", Reach::Public).await;
        assert_eq!(addresses, Ok(vec!["1.1.1.1:80".to_owned()]));

        let inside = resolver(&["10.0.0.1", "169.254.169.254"]);
        let refused = resolve(&inside, "http://inside.test/secret?x", Reach::Public).await;
        let reason = "`inside.test` is in a network that may not be reached";
        assert_eq!(refused, Err(reason.to_owned()));
    }

    #[tokio::test]
    async fn an_address_is_checked_without_a_look_up() {
        let resolver = resolver(&["1.1.1.1"]);
        for url in ["http://127.0.0.1/", "http://0x7f.1/", "http://[::1]/"] {
            assert!(
                resolve(&resolver, url, Reach::Public).await.is_err(),
                "{url}"
            );
        }
    }

    #[tokio::test]
    async fn the_built_in_mock_is_one_address_and_one_port() {
        let resolver = resolver(&["127.0.0.1"]);
        let mock = "http://127.0.0.1:4000/";
        assert!(resolve(&resolver, mock, Reach::BuiltIn).await.is_err());
        resolver.built_in_is_at("127.0.0.1:4000".parse().unwrap());
        for (url, reach, passes) in [
            (mock, Reach::BuiltIn, true),
            ("http://localhost:4000/", Reach::BuiltIn, true),
            (mock, Reach::Public, false),
            ("http://127.0.0.1:4001/", Reach::BuiltIn, false),
            ("http://127.0.0.2:4000/", Reach::BuiltIn, false),
        ] {
            assert_eq!(
                resolve(&resolver, url, reach).await.is_ok(),
                passes,
                "{url}"
            );
        }
    }

    #[tokio::test]
    async fn a_name_without_addresses_is_unresolvable() {
        let reason = resolve(&resolver(&[]), "http://nowhere.test/", Reach::Public).await;
        assert_eq!(reason, Err("`nowhere.test` cannot be resolved".to_owned()));
    }
}
