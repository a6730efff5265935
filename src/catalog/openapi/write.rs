//! From a document to the two files of a connector.

mod auth;
mod base;
mod toml_text;

use std::borrow::Cow;

use regex::Regex;
use serde::Serialize;

use self::toml_text::Text;
use super::file::file;
use super::names::slug;
use super::{Document, Refusal, Skipped};
use crate::catalog::format::ActionDescriptor;
use crate::domain::{Method, ParamPlace, Platform};

/// What whoever imports a document wants to be otherwise.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    /// The connector's platform, instead of one made from the title.
    pub platform: Option<Platform>,
    /// The base URL, instead of the document's server.
    pub base_url: Option<String>,
    /// Only operations whose path it fits.
    pub include: Option<Regex>,
    /// No operations whose path it fits.
    pub exclude: Option<Regex>,
}

/// A connector, as it is written.
#[derive(Clone, Debug)]
pub struct Written {
    /// Its platform, after which both files are called.
    pub platform: Platform,
    /// The descriptor.
    pub toml: String,
    /// The actions, one a line.
    pub jsonl: String,
    /// What is in them.
    pub summary: Summary,
}

/// What an import comes to.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// What the API is called.
    pub title: String,
    /// Its version.
    pub version: String,
    /// The connector's platform.
    pub platform: Platform,
    /// Where requests go.
    pub base_url: String,
    /// How they carry the credential: `none`, `bearer`, `header`, `query`, `basic`, `oauth2`.
    pub auth: String,
    /// What a person fills in.
    pub form: Vec<String>,
    /// How many actions there are.
    pub actions: usize,
    /// How many of them the provider advises against.
    pub deprecated: usize,
    /// The first actions.
    pub first: Vec<FirstAction>,
    /// What was left out, and why.
    pub skipped: Vec<Place>,
    /// What whoever imports should know.
    pub notes: Vec<String>,
}

/// One of the first actions.
#[derive(Clone, Debug, Serialize)]
pub struct FirstAction {
    /// Its key.
    pub key: String,
    /// What it does.
    pub title: String,
    /// How it is called.
    pub method: Method,
    /// Where.
    pub path: String,
}

/// What was left out.
#[derive(Clone, Debug, Serialize)]
pub struct Place {
    /// A JSON pointer into the document.
    pub place: String,
    /// A sentence.
    pub why: String,
}

/// Writes the connector that `document` describes.
///
/// # Errors
/// There is nothing to connect to, or nothing to do there.
pub fn descriptor(document: &Document, wishes: &Wishes) -> Result<Written, Refusal> {
    let name = toml_text::name(&document.title);
    let platform = match &wishes.platform {
        Some(platform) => platform.clone(),
        None => slug(&name).parse().map_err(|_| {
            Refusal::new(
                "/info/title",
                "the title makes no platform name; choose one",
            )
        })?,
    };
    let mut notes = Vec::new();
    let base = base::base(document, wishes.base_url.as_deref(), &mut notes)?;
    let auth = auth::auth(document, &base, &mut notes);
    let (actions, skipped) = actions(document, wishes, &base);
    if actions.is_empty() {
        return Err(nothing_left(&skipped));
    }
    let form = base.form.iter().chain(&auth.form);
    let summary = Summary {
        title: document.title.clone(),
        version: document.version.clone(),
        platform: platform.clone(),
        base_url: base.url.clone(),
        auth: auth.word().to_owned(),
        form: form.map(|field| field.name.clone()).collect(),
        actions: actions.len(),
        deprecated: deprecated(&actions),
        first: actions.iter().take(10).map(|each| first(each)).collect(),
        skipped,
        notes,
    };
    Ok(Written {
        toml: text(&platform, &name, &base, &auth, &actions),
        platform,
        jsonl: file(actions.iter().map(AsRef::as_ref)),
        summary,
    })
}

/// The descriptor's text.
fn text(
    platform: &Platform,
    name: &str,
    base: &base::Base,
    auth: &auth::Auth,
    actions: &[Cow<'_, ActionDescriptor>],
) -> String {
    let mut text = Text::default();
    text.pair("platform", platform.as_str());
    text.pair("name", name);
    text.pair(
        "description",
        &format!("{name}, by the operations of its OpenAPI document."),
    );
    text.pair("category", "Imported");
    text.pair("base_url", &base.url);
    auth.write(&mut text);
    for field in base.form.iter().chain(&auth.form) {
        field.write(&mut text);
    }
    if let Some(action) = auth.is_some().then(|| tester(actions)).flatten() {
        text.table("test");
        text.pair("path", &action.path);
    }
    auth.write_oauth(&mut text);
    text.finish()
}

/// How many actions the provider advises against.
fn deprecated(actions: &[Cow<'_, ActionDescriptor>]) -> usize {
    let is_deprecated =
        |action: &&Cow<'_, ActionDescriptor>| action.tags.iter().any(|tag| tag == "deprecated");
    actions.iter().filter(is_deprecated).count()
}

fn nothing_left(skipped: &[Place]) -> Refusal {
    match skipped.first() {
        Some(first) => {
            let why = format!("no operation is left to import: {}", first.why);
            Refusal::new(&first.place, &why)
        }
        None => Refusal::new("/paths", "no operation is left to import"),
    }
}

fn first(action: &ActionDescriptor) -> FirstAction {
    FirstAction {
        key: action.key.clone(),
        title: action.title.clone(),
        method: action.method,
        path: action.path.clone(),
    }
}

/// The actions that are wanted and at the base URL, and what was left out.
fn actions<'d>(
    document: &'d Document,
    wishes: &Wishes,
    base: &base::Base,
) -> (Vec<Cow<'d, ActionDescriptor>>, Vec<Place>) {
    let place = |skipped: &Skipped| Place {
        place: skipped.place.clone(),
        why: skipped.why.clone(),
    };
    let mut skipped: Vec<Place> = document.skipped.iter().map(place).collect();
    let mut actions = Vec::new();
    for operation in &document.operations {
        let action = &operation.action;
        let wanted = wishes
            .include
            .as_ref()
            .is_none_or(|all| all.is_match(&action.path))
            && !wishes
                .exclude
                .as_ref()
                .is_some_and(|none| none.is_match(&action.path));
        if !wanted {
            continue;
        }
        match base.path(operation.server.as_deref(), &action.path) {
            Some(path) if path == action.path => actions.push(Cow::Borrowed(action)),
            Some(path) => actions.push(Cow::Owned(ActionDescriptor {
                path,
                ..action.clone()
            })),
            None => skipped.push(Place {
                place: format!("/paths/{}", super::refs::escaped(&action.path)),
                why: format!(
                    "is at another server: {}",
                    operation.server.as_deref().unwrap_or_default()
                ),
            }),
        }
    }
    actions.sort_by(|one, other| (&one.path, one.method).cmp(&(&other.path, other.method)));
    (actions, skipped)
}

/// A call that tells whose credential it is, and so whether it is good.
fn tester<'a>(actions: &'a [Cow<'_, ActionDescriptor>]) -> Option<&'a ActionDescriptor> {
    const OWN: [&str; 10] = [
        "me",
        "whoami",
        "self",
        "myself",
        "profile",
        "account",
        "user",
        "current_user",
        "viewer",
        "current",
    ];
    let is_free = |action: &&ActionDescriptor| {
        action.method == Method::Get
            && !action.path.contains('{')
            && !action
                .params
                .iter()
                .any(|param| param.required && param.place != ParamPlace::Path)
    };
    actions
        .iter()
        .map(AsRef::as_ref)
        .filter(is_free)
        .min_by_key(|action| {
            let last = action.path.rsplit('/').next().unwrap_or_default();
            let last = last.trim_end_matches(".json").to_ascii_lowercase();
            OWN.iter()
                .position(|own| *own == last)
                .unwrap_or(usize::MAX)
        })
        .filter(|action| {
            let last = action.path.rsplit('/').next().unwrap_or_default();
            OWN.contains(&last.trim_end_matches(".json").to_ascii_lowercase().as_str())
        })
}
