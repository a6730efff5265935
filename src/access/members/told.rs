//! What the audit log is told of members: in the commit of what happens to them.
//!
//! **Invariant:** no password, code, token or link is in a record. From where somebody came in is.

use super::records::Stored;
use super::{Members, Visitor};
use crate::domain::Actor;
use crate::journal::Deed;
use crate::store::{Batch, StoreError};

/// `what` happened to `member`.
pub(super) fn deed(what: &'static str, member: &Stored) -> Deed {
    let id = member.id.to_string();
    Deed::new(what, "member", &id, Some(&member.name))
}

/// The same, by somebody who came in from there, and how.
pub(super) fn entry(
    what: &'static str,
    member: &Stored,
    via: &'static str,
    visitor: &Visitor,
) -> Deed {
    deed(what, member)
        .with("via", via)
        .with("address", visitor.address.as_str())
        .with("browser", visitor.browser.as_str())
}

/// `member` as somebody who does something.
pub(super) fn own(member: &Stored) -> Actor {
    Actor::member(&member.id.to_string(), &member.name)
}

impl Members {
    /// Commits `batch`, and that `by` did `deed`. Members belong to no environment.
    pub(super) async fn commit(
        &self,
        batch: Batch,
        by: &Actor,
        deed: Deed,
    ) -> Result<(), StoreError> {
        let committed = self.audit.commit(batch, None, by, deed);
        committed.await.map(drop)
    }

    /// Tells that so many attempts have failed that `member` is locked out. Nobody waits for that: the
    /// time that an answer takes must not tell that there is somebody with this address.
    pub(super) fn tell_of_lock(&self, member: &Stored, visitor: &Visitor) {
        let audit = std::sync::Arc::clone(&self.audit);
        let deed = deed("member.locked_out", member)
            .with("address", visitor.address.as_str())
            .with("browser", visitor.browser.as_str());
        tokio::spawn(async move {
            let by = Actor::system("sign-in");
            if let Err(error) = audit.commit(Batch::default(), None, &by, deed).await {
                tracing::warn!(%error, "that somebody is locked out could not be written down");
            }
        });
    }
}
