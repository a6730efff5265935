//! Which events somebody wants to see.

use super::event::{Event, Kind, Outcome};
use crate::domain::Timestamp;

/// Which statuses are wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// This one.
    Is(u16),
    /// Those that begin with this digit.
    Class(u16),
}

/// Which events are wanted. All conditions must hold.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Filter {
    /// Only of this kind.
    pub kind: Option<Kind>,
    /// Only for this connector.
    pub platform: Option<String>,
    /// Only with this end.
    pub outcome: Option<Outcome>,
    /// Only with such a status.
    pub status: Option<Status>,
    /// Only with this method.
    pub method: Option<String>,
    /// Only for the connection with this key.
    pub connection: Option<String>,
    /// Only for this identity.
    pub identity: Option<String>,
    /// Only with this text somewhere, in small letters.
    pub text: Option<String>,
    /// Not before.
    pub from: Option<Timestamp>,
    /// Before this.
    pub to: Option<Timestamp>,
}

impl Status {
    /// `404`, or `4xx`.
    pub fn parse(text: &str) -> Option<Self> {
        if let Some(digit) = text.strip_suffix("xx") {
            let class = digit.parse().ok()?;
            return (1..=5).contains(&class).then_some(Self::Class(class));
        }
        let status = text.parse().ok()?;
        (100..=599).contains(&status).then_some(Self::Is(status))
    }

    fn fits(self, status: Option<u16>) -> bool {
        match self {
            Self::Is(wanted) => status == Some(wanted),
            Self::Class(class) => status.is_some_and(|status| status / 100 == class),
        }
    }
}

impl Filter {
    /// Whether `event` is wanted.
    pub fn fits(&self, event: &Event) -> bool {
        let is = |wanted: &Option<String>, value: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| value == Some(wanted))
        };
        let platform = event.platform.as_ref().map(|platform| platform.as_str());
        self.kind.is_none_or(|kind| kind == event.kind)
            && self.outcome.is_none_or(|outcome| outcome == event.outcome)
            && self.status.is_none_or(|status| status.fits(event.status))
            && self.from.is_none_or(|from| event.at >= from)
            && self.to.is_none_or(|to| event.at < to)
            && is(&self.platform, platform)
            && is(&self.method, event.method.as_deref())
            && is(&self.connection, event.connection_key.as_deref())
            && is(&self.identity, event.identity.as_deref())
            && self.text.as_deref().is_none_or(|text| says(event, text))
    }
}

/// Whether `text` stands somewhere in `event`.
fn says(event: &Event, text: &str) -> bool {
    let fields = [
        &event.path,
        &event.error,
        &event.action_title,
        &event.action_id,
        &event.connection_key,
        &event.identity,
        &event.request_id,
    ];
    let platform = event.platform.as_ref().map(|platform| platform.as_str());
    fields
        .into_iter()
        .filter_map(Option::as_deref)
        .chain(platform)
        .any(|field| field.to_lowercase().contains(text))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::domain::Environment;

    #[test]
    fn every_condition_must_hold() {
        let at = Timestamp::from_micros(1000);
        let mut event = Event::new(Kind::Passthrough, Environment::Test, at, Duration::ZERO);
        event.platform = Some("gmail".parse().unwrap());
        event.status = Some(404);
        event.path = Some("/Users/me".to_owned());
        let filter = |change: fn(&mut Filter)| {
            let mut filter = Filter::default();
            change(&mut filter);
            filter.fits(&event)
        };
        assert!(filter(|_| {}));
        assert!(filter(|filter| filter.platform = Some("gmail".to_owned())));
        assert!(!filter(|filter| filter.platform = Some("g".to_owned())));
        assert!(filter(|filter| filter.status = Status::parse("404")));
        assert!(filter(|filter| filter.status = Status::parse("4xx")));
        assert!(!filter(|filter| filter.status = Status::parse("5xx")));
        assert!(filter(|filter| filter.text = Some("users".to_owned())));
        assert!(!filter(|filter| filter.text = Some("nothing".to_owned())));
        assert!(filter(
            |filter| filter.from = Some(Timestamp::from_micros(1000))
        ));
        assert!(!filter(
            |filter| filter.to = Some(Timestamp::from_micros(1000))
        ));
        assert!(!filter(|filter| filter.identity = Some("x".to_owned())));
        assert!(!filter(|filter| {
            filter.platform = Some("gmail".to_owned());
            filter.kind = Some(Kind::Refresh);
        }));
    }

    #[test]
    fn statuses_are_numbers_or_classes() {
        for text in ["", "xx", "9xx", "0xx", "x", "99", "600", "4x", "-4xx"] {
            assert_eq!(Status::parse(text), None, "{text}");
        }
    }
}
