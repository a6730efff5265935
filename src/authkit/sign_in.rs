//! From "Connect" to the stored connection.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};
use tokio::time::Instant;
use url::Url;

use super::callback::{Callback, Landing};
use super::flows::{self, Cancel, FlowId, FlowState, Flows, Started};
use super::links::Links;
use super::session::{Session, Sessions};
use crate::domain::{Connection, Connector, OAuth, Secret};
use crate::journal::{Detail, Entry, Event, Kind, Outcome};
use crate::oauth::answer::words;
use crate::oauth::pkce::Verifier;
use crate::store::StoreError;
use crate::vault::{
    Authorizing, Material, NewConnection, Owner, Vault, VaultError, checked_name, form,
};

/// How long somebody who asks for an outcome waits.
const LONG_POLL: Duration = Duration::from_secs(25);

/// What a person wants to connect.
#[derive(Clone)]
pub struct Asked {
    /// The connector: its platform.
    pub platform: String,
    /// The form, filled in.
    pub form: Map<String, Value>,
    /// What it is to be called.
    pub name: Option<String>,
    /// The connection that is to be connected again.
    pub connection: Option<String>,
}

/// What a sign-in under way is about.
#[derive(Clone)]
pub struct Pending {
    session: Arc<Session>,
    connector: Arc<Connector>,
    oauth: Arc<OAuth>,
    material: Material,
    name: Option<String>,
    connection: Option<String>,
    verifier: Verifier,
}

/// A person's way to the provider.
pub struct Departure {
    /// Which sign-in.
    pub id: FlowId,
    /// Where to.
    pub url: Url,
    /// What stays in the browser until it comes back.
    pub cookie: Secret<String>,
}

/// Connects accounts for people.
pub struct SignIns {
    vault: Arc<Vault>,
    /// Their sessions.
    pub sessions: Arc<Sessions>,
    /// The links that they came by.
    pub links: Links,
    flows: Flows<Pending>,
}

impl SignIns {
    /// Into `vault`.
    pub fn new(vault: Arc<Vault>, sessions: Arc<Sessions>, links: Links) -> Self {
        Self {
            vault,
            sessions,
            links,
            flows: Flows::default(),
        }
    }

    /// The connector that a person of `session` may connect to: switched on, and complete.
    pub fn connector(
        &self,
        session: &Session,
        platform: &str,
    ) -> Result<Arc<Connector>, VaultError> {
        let (connector, integration) = self.vault.integrations.get(&session.scope(), platform)?;
        let is_usable = integration.active && integration.missing(&connector).is_empty();
        match is_usable {
            true => Ok(connector),
            false => Err(VaultError::NoSuchConnector(
                platform.chars().take(80).collect(),
            )),
        }
    }

    /// The connection `name`, if a person of `session` may disconnect it.
    pub fn removable(&self, session: &Session, name: &str) -> Result<Connection, VaultError> {
        let connection = self.vault.find(&session.scope(), name)?;
        match session.may_remove(&connection) {
            true => Ok(connection),
            false => Err(VaultError::NoSuchConnection),
        }
    }

    /// The connection `name`, if a person of `session` may see it.
    pub fn own(&self, session: &Session, name: &str) -> Result<Connection, VaultError> {
        let connection = self.vault.find(&session.scope(), name)?;
        match session.may_see(&connection) {
            true => Ok(connection),
            false => Err(VaultError::NoSuchConnection),
        }
    }

    /// Connects with what was entered, once the provider has accepted it.
    pub async fn enter(&self, session: &Session, asked: Asked) -> Result<Connection, VaultError> {
        let connector = self.checked(session, &asked)?;
        if connector.is_oauth() && connector.oauth.is_some() {
            let what = format!("{} is connected by signing in", connector.name);
            return Err(VaultError::Invalid(what));
        }
        let began = Instant::now();
        let also = self.links.use_up(session)?;
        let by = session.actor();
        let made = match asked.connection {
            Some(connection) => {
                let scope = session.scope();
                self.vault
                    .reconnect(&scope, &connection, &asked.form, asked.name, also, &by)
                    .await
            }
            None => {
                let new = NewConnection {
                    connector: asked.platform,
                    form: asked.form,
                    owner: owner(session, asked.name),
                };
                self.vault.create(&session.scope(), new, also, &by).await
            }
        };
        let made = made.map_err(|error| self.or_link_used(session, error));
        let told = match &made {
            Ok(connection) => Ok(connection.clone()),
            // What did not fit the form was not tried.
            Err(VaultError::Invalid(_)) => return made,
            Err(error) => Err((Outcome::Failed, for_people(error))),
        };
        self.record(session, &connector, told, began.elapsed());
        made
    }

    /// Has the journal told what came of somebody's wish to connect.
    fn record(
        &self,
        session: &Session,
        connector: &Connector,
        told: Result<Connection, (Outcome, String)>,
        took: Duration,
    ) {
        let (environment, at) = (session.environment, self.sessions.now());
        let platform = connector.platform.clone();
        let identity = session.identity.clone();
        self.vault.recorder.record(move || {
            let mut event = Event::new(Kind::Authkit, environment, at, took);
            match told {
                Ok(connection) => event.about(&connection),
                Err((outcome, reason)) => {
                    event.platform = Some(platform);
                    event.identity = identity.map(|identity| identity.as_str().to_owned());
                    event.gone_wrong(outcome, &reason);
                }
            }
            Entry {
                event,
                detail: Detail::default(),
            }
        });
    }

    /// A conflict, where it is one about the link.
    fn or_link_used(&self, session: &Session, error: VaultError) -> VaultError {
        let is_conflict = matches!(error, VaultError::Store(StoreError::Conflict));
        match is_conflict && self.links.is_used(session).unwrap_or(false) {
            true => VaultError::LinkUsed,
            false => error,
        }
    }

    /// The connector that is asked for, if session, link and connection allow it.
    fn checked(&self, session: &Session, asked: &Asked) -> Result<Arc<Connector>, VaultError> {
        if self.links.is_used(session)? {
            return Err(VaultError::LinkUsed);
        }
        let connector = self.connector(session, &asked.platform)?;
        if let Some(only) = session.connection
            && asked.connection.as_deref() != Some(&only.to_string())
        {
            let what = "this session is for connecting one connection again".to_owned();
            return Err(VaultError::Invalid(what));
        }
        if let Some(name) = &asked.connection {
            let connection = self.own(session, name)?;
            if connection.platform != connector.platform {
                let what = "that connection is for another connector".to_owned();
                return Err(VaultError::Invalid(what));
            }
        }
        Ok(connector)
    }

    /// Begins a sign-in at a provider. Nothing is stored.
    pub fn begin(
        &self,
        session: &Arc<Session>,
        asked: Asked,
    ) -> Result<(FlowId, String), VaultError> {
        let connector = self.checked(session, &asked)?;
        let oauth = connector.oauth.clone().filter(|oauth| oauth.needs_app());
        let Some(oauth) = oauth else {
            let what = format!("{} is not connected by signing in", connector.name);
            return Err(VaultError::Invalid(what));
        };
        let name = asked.name.map(checked_name).transpose()?;
        let filled = form::fill_asked(&connector, &asked.form).map_err(VaultError::Invalid)?;
        let pending = Pending {
            session: Arc::clone(session),
            material: Material {
                settings: filled.settings,
                secrets: filled.secrets,
                ..Material::default()
            },
            connector,
            oauth,
            name,
            connection: asked.connection,
            verifier: Verifier::generate(),
        };
        // What cannot be asked for is said now, not in the popup.
        self.vault.authorize(&pending.authorizing("state"))?;
        let owner = flows::Owner {
            session: session.id,
            party: session.party(),
        };
        Ok(self.flows.begin(owner, pending, self.sessions.now()))
    }

    /// Sends the browser that brings `ticket` to the provider.
    pub fn depart(&self, ticket: &str) -> Result<Departure, Landing> {
        let started = self.flows.start(ticket, self.sessions.now())?;
        let Started {
            id,
            state,
            cookie,
            data,
        } = started;
        match self.vault.authorize(&data.authorizing(&state)) {
            Ok(url) => Ok(Departure { id, url, cookie }),
            Err(error) => {
                self.flows.settle(id, FlowState::Failed(for_people(&error)));
                Err(Landing::Failed)
            }
        }
    }

    /// Which sign-in a callback's state belongs to, for the name of its cookie.
    pub fn of_state(&self, state: &str) -> Option<FlowId> {
        self.flows.of_state(state)
    }

    /// A browser has come back from the provider with `callback`, holding `cookie`.
    ///
    /// The exchange is the server's own: a browser that leaves meanwhile ends nothing.
    pub async fn arrive(self: &Arc<Self>, callback: Callback, cookie: Option<&str>) -> Landing {
        let Some(state) = callback.one("state") else {
            return Landing::Unknown;
        };
        let arrived = self.flows.arrive(state, cookie, self.sessions.now());
        let (id, pending) = match arrived {
            Ok(arrived) => arrived,
            Err(lost) => return lost.into(),
        };
        let own = Arc::clone(self);
        let task = self
            .vault
            .own_task(async move { own.finish(id, pending, callback).await });
        task.await.unwrap_or_else(|_| {
            let what = "something went wrong here; try again".to_owned();
            self.flows.settle(id, FlowState::Failed(what));
            Landing::Failed
        })
    }

    async fn finish(&self, id: FlowId, pending: Pending, callback: Callback) -> Landing {
        let began = Instant::now();
        let (session, connector) = (Arc::clone(&pending.session), Arc::clone(&pending.connector));
        let platform = &connector.platform;
        let outcome = self.exchanged(id, pending, &callback).await;
        let told = match &outcome {
            FlowState::Saved(connection) => Ok((**connection).clone()),
            FlowState::Denied(reason) => Err((Outcome::ClientError, reason.clone())),
            FlowState::Failed(reason) => Err((Outcome::Failed, reason.clone())),
            _ => Err((Outcome::Failed, "it took too long".to_owned())),
        };
        self.record(&session, &connector, told, began.elapsed());
        let (landing, said) = match &outcome {
            FlowState::Saved(_) => (Landing::Saved, None),
            FlowState::Denied(message) => (Landing::Denied, Some(message.as_str())),
            FlowState::Failed(message) => (Landing::Failed, Some(message.as_str())),
            _ => (Landing::Expired, None),
        };
        tracing::info!(%platform, outcome = landing.word(), error = said, "a sign-in has ended");
        self.flows.settle(id, outcome);
        landing
    }

    async fn exchanged(&self, id: FlowId, pending: Pending, callback: &Callback) -> FlowState {
        let name = &pending.connector.name;
        if let Err(what) = self.check_issuer(&pending, callback) {
            return FlowState::Failed(what);
        }
        if callback.all("error").next().is_some() {
            let code = callback.one("error").unwrap_or("several errors");
            let description = callback.one("error_description").map(str::to_owned);
            let said = words(code, description, &[]);
            return match code {
                "access_denied"
                | "user_denied"
                | "consent_required"
                | "user_cancelled_login"
                | "user_cancelled_authorize" => {
                    FlowState::Denied(format!("access to {name} was not granted ({said})"))
                }
                _ => FlowState::Failed(format!("{name} refused the sign-in: {said}")),
            };
        }
        let Some(code) = callback.one("code").filter(|code| !code.is_empty()) else {
            let what = "the provider sent you back without a code, or with several";
            return FlowState::Failed(what.to_owned());
        };
        let code = Secret::new(code.to_owned());
        match self.connected(id, &pending, callback, &code).await {
            Ok(connection) => FlowState::Saved(Box::new(connection)),
            Err(error) => {
                let error = self.or_link_used(&pending.session, error);
                if let VaultError::Store(cause) = &error {
                    tracing::error!(error = %cause, "what a sign-in brought could not be stored");
                }
                FlowState::Failed(for_people(&error))
            }
        }
    }

    /// The answer must come from the server that was asked (RFC 9207 section 2.4).
    fn check_issuer(&self, pending: &Pending, callback: &Callback) -> Result<(), String> {
        let Some(sent) = callback.all("iss").next() else {
            return Ok(());
        };
        let expected = self
            .vault
            .issuer(&pending.authorizing(""))
            .map_err(|error| error.to_string())?;
        match expected {
            Some(expected) if callback.one("iss") != Some(&expected) => {
                tracing::warn!(platform = %pending.connector.platform, sent_by = %words(sent, None, &[]), "a callback names another issuer than the one that was asked");
                Err("the answer came from another server than the one that was asked".to_owned())
            }
            _ => Ok(()),
        }
    }

    async fn connected(
        &self,
        id: FlowId,
        pending: &Pending,
        callback: &Callback,
        code: &Secret<String>,
    ) -> Result<Connection, VaultError> {
        let kept: BTreeMap<String, String> = pending
            .oauth
            .callback
            .iter()
            .filter_map(|(field, parameter)| {
                Some((field.clone(), callback.one(parameter)?.to_owned()))
            })
            .collect();
        let authorizing = pending.authorizing("");
        let material = self.vault.exchange(&authorizing, code, kept).await?;
        if !self.flows.claim(id) {
            return Err(VaultError::Invalid(
                "the sign-in was cancelled meanwhile; nothing was stored".to_owned(),
            ));
        }
        let session = &pending.session;
        let (scope, also) = (session.scope(), self.links.use_up(session)?);
        let (name, by) = (pending.name.clone(), session.actor());
        match &pending.connection {
            Some(connection) => {
                self.vault
                    .signed_in_again(&scope, connection, material, name, also, &by)
                    .await
            }
            None => {
                let owner = owner(session, name);
                self.vault
                    .signed_in(&scope, &pending.connector, material, owner, also, &by)
                    .await
            }
        }
    }

    /// What becomes of a sign-in of `session`; waits a while for it. `None` if it has none such.
    pub async fn outcome(&self, session: &Session, id: FlowId) -> Option<FlowState> {
        let mut outcome = self.flows.outcome(&session.party(), id)?;
        let settled = outcome.wait_for(|state| !matches!(state, FlowState::Waiting));
        match tokio::time::timeout(LONG_POLL, settled).await {
            Ok(Ok(state)) => Some(state.clone()),
            _ => Some(FlowState::Waiting),
        }
    }

    /// Ends a sign-in of `session`.
    pub fn cancel(&self, session: &Session, id: FlowId) -> Cancel {
        let about = self.flows.about(&session.party(), id);
        let cancelled = self.flows.cancel(&session.party(), id);
        if let (Some(pending), Cancel::Done) = (about, cancelled) {
            let reason = "the sign-in was cancelled".to_owned();
            let told = Err((Outcome::ClientError, reason));
            self.record(session, &pending.connector, told, Duration::ZERO);
        }
        cancelled
    }

    /// Ends what took too long, and forgets what is over.
    pub async fn sweep(&self) -> Result<(), StoreError> {
        self.flows.sweep(self.sessions.now());
        self.links.sweep().await
    }
}

impl Pending {
    fn authorizing<'a>(&'a self, state: &'a str) -> Authorizing<'a> {
        Authorizing {
            environment: self.session.environment,
            connector: &self.connector,
            oauth: &self.oauth,
            entered: &self.material,
            verifier: &self.verifier,
            state,
        }
    }
}

/// What went wrong, for the person who is connecting: nothing of ours, and nothing for operators.
fn for_people(error: &VaultError) -> String {
    match error {
        VaultError::NoApp { connector, .. } => {
            format!(
                "{connector} is not set up completely here; tell those who run this application"
            )
        }
        VaultError::Store(_) | VaultError::CannotOpen(_) => {
            "what the sign-in brought could not be stored; try again later".to_owned()
        }
        error => error.to_string(),
    }
}

fn owner(session: &Session, name: Option<String>) -> Owner {
    Owner {
        identity: session.identity.clone(),
        identity_type: session.identity_type,
        name: name.filter(|name| !name.trim().is_empty()),
        tags: session.tags.clone(),
    }
}
