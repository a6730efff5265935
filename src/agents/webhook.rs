//! Whoever is told of calls that wait, and may decide at once.

use std::time::Duration;

use bytes::Bytes;
use hyper::http::{HeaderMap, HeaderValue, Method, header};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::Agents;
use super::approvals::{MAX_NOTE, Verdict};
use super::call::Outcome;
use super::error::AgentError;
use crate::domain::{Actor, Approval, ApprovalState, Secret};
use crate::egress::fetch::FetchRequest;
use crate::egress::origin::Reach;
use crate::journal::{SIGNATURE, signature};

/// How long an answer may take, and how long it may be, in bytes.
const TIMEOUT: Duration = Duration::from_secs(30);
const MAX_ANSWER: usize = 64 * 1024;
/// How long to wait before each try, in seconds. A message that never gets through leaves the call
/// waiting for somebody who looks.
const WAITS: [u64; 5] = [0, 2, 15, 60, 300];

/// Who is told.
#[derive(Clone, Debug)]
pub struct Webhook {
    /// Where.
    pub url: Url,
    /// What messages are signed with.
    pub secret: Secret<String>,
}

/// What may be answered.
#[derive(Deserialize)]
struct Answer {
    decision: Option<String>,
    note: Option<String>,
}

impl Agents {
    /// Has the webhook told of `approval`, if there is one. Nobody waits for it.
    pub(super) fn announce(&self, approval: Approval, request: Outcome) {
        let Some(webhook) = self.parts.settings.webhook.clone() else {
            return;
        };
        let agents = self.clone();
        tokio::spawn(async move {
            let body = agents.message(&approval, &request);
            for wait in WAITS {
                tokio::time::sleep(Duration::from_secs(wait)).await;
                if !agents.still_waits(&approval) {
                    return;
                }
                match agents.tell(&webhook, body.clone()).await {
                    Ok(answer) => return agents.heed(&approval, &answer).await,
                    Err(what) => tracing::warn!(
                        approval = %approval.id,
                        error = what,
                        "the approval webhook was not told; it is tried again"
                    ),
                }
            }
        });
    }

    fn still_waits(&self, approval: &Approval) -> bool {
        let now = self.approvals.get(approval.environment, approval.id);
        matches!(now, Ok(Some(now)) if now.state == ApprovalState::Pending)
    }

    fn message(&self, approval: &Approval, request: &Outcome) -> Bytes {
        let at = format!(
            "{}/v1/approvals/{}",
            self.parts.settings.public_url, approval.id
        );
        let message = json!({
            "type": "approval.requested",
            "id": approval.id,
            "environment": approval.environment,
            "action": {
                "id": approval.action_id,
                "title": approval.title,
                "method": approval.method,
                "platform": approval.platform,
            },
            "connectionKey": approval.connection_key,
            "identity": approval.identity,
            "toolset": approval.toolset,
            "request": request,
            "createdAt": approval.created_at,
            "expiresAt": approval.expires_at,
            "approveUrl": format!("{at}/approve"),
            "denyUrl": format!("{at}/deny"),
        });
        Bytes::from(message.to_string())
    }

    /// The webhook's answer to one try.
    async fn tell(&self, webhook: &Webhook, body: Bytes) -> Result<Bytes, String> {
        let seconds = self.parts.clock.now().micros() / 1_000_000;
        let signature = signature(&webhook.secret, seconds, &body);
        let mut headers = HeaderMap::new();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/json"),
        );
        if let Ok(value) = HeaderValue::from_str(&signature) {
            headers.insert(SIGNATURE, value);
        }
        let request = FetchRequest {
            method: Method::POST,
            url: webhook.url.clone(),
            headers,
            body: Some(body),
            reach: Reach::Public,
        };
        let egress = &self.parts.egress;
        let answer = egress.fetch(request, MAX_ANSWER, TIMEOUT).await;
        let answer = answer.map_err(|error| error.to_string())?;
        match answer.status.is_success() {
            true => Ok(answer.body),
            false => Err(format!("it answered {}", answer.status.as_u16())),
        }
    }

    /// Decides as the webhook says, if it says anything.
    async fn heed(&self, approval: &Approval, answer: &[u8]) {
        let Ok(answer) = serde_json::from_slice::<Answer>(answer) else {
            return;
        };
        let verdict = match answer.decision.as_deref() {
            Some("approve") => Verdict::Approve,
            Some("deny") => Verdict::Deny,
            _ => return,
        };
        let id = approval.id.to_string();
        // A decision counts, however much is said to it.
        let note = answer.note.map(|note| {
            let end = note.floor_char_boundary(MAX_NOTE);
            note.get(..end).unwrap_or_default().to_owned()
        });
        let by = Actor::system("webhook");
        let decided = self.decide(approval.environment, &id, verdict, &by, note);
        match decided.await {
            Ok(_) | Err(AgentError::Conflict(_)) => {}
            Err(error) => {
                tracing::error!(approval = %approval.id, error = %error, "the webhook's decision was lost");
            }
        }
    }
}
