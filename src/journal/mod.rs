//! Events in, events out: what happened, kept apart from what is.

mod audit;
mod usage;
mod webhooks;

pub use audit::{Audit, AuditFilter, Broken, Deed, Entry, Head, Object, Record};
pub use usage::Usage;
pub use webhooks::{
    Delivery, DeliveryState, EVENTS, SIGNATURE, Webhook, WebhookChange, WebhookError, Webhooks,
    signature,
};
