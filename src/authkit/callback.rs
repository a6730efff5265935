//! What a provider sends somebody back with, and where that leads.

use super::flows::Lost;

/// What a provider sent somebody back with.
#[derive(Clone, Default)]
pub struct Callback {
    /// Every parameter, in order.
    pub parameters: Vec<(String, String)>,
}

/// Where a popup ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landing {
    /// There is a connection.
    Saved,
    /// The person said no.
    Denied,
    /// It did not work.
    Failed,
    /// It took too long.
    Expired,
    /// Nobody began this, or it is over.
    Unknown,
    /// It was begun in another browser.
    WrongBrowser,
}

impl Landing {
    /// The word in the address of the popup's last page.
    pub fn word(self) -> &'static str {
        match self {
            Self::Saved => "saved",
            Self::Denied => "denied",
            Self::Failed => "failed",
            Self::Expired => "expired",
            Self::Unknown => "unknown",
            Self::WrongBrowser => "wrong-browser",
        }
    }
}

impl From<Lost> for Landing {
    fn from(lost: Lost) -> Self {
        match lost {
            Lost::Unknown => Self::Unknown,
            Lost::Expired => Self::Expired,
            Lost::OtherBrowser => Self::WrongBrowser,
        }
    }
}

impl Callback {
    /// The parameter `name`; nothing if it is there several times (RFC 6749 section 3.1).
    pub fn one<'a>(&'a self, name: &'a str) -> Option<&'a str> {
        let mut found = self.all(name);
        let first = found.next()?;
        found.next().is_none().then_some(first)
    }

    /// Every value of the parameter `name`.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        let named = self
            .parameters
            .iter()
            .filter(move |(other, _)| other == name);
        named.map(|(_, value)| value.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_that_is_there_twice_is_not_there() {
        let pairs = [("code", "a"), ("state", "s"), ("code", "b")];
        let callback = Callback {
            parameters: pairs
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec(),
        };
        assert_eq!(callback.one("code"), None);
        assert_eq!(callback.one("state"), Some("s"));
        assert_eq!(callback.one("iss"), None);
        assert_eq!(callback.all("code").count(), 2);
    }
}
