//! The fields of a connector, and the templates that name them.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex::Regex;
use url::Url;

use super::super::format::FieldDescriptor;
use crate::domain::{ACCESS_TOKEN_FIELD, CLIENT_ID_FIELD, FieldKind, FormField, Template};

/// So many patterns are shared. A program that runs for years reads other descriptors now and then.
const MOST_PATTERNS: usize = 1_000;

/// Values that a person with bad intentions could enter where a part of an address is asked for.
const HOSTILE: [&str; 15] = [
    "evil.example",
    "evil.example/",
    "evil.example/.x",
    "evil.example#",
    "evil.example?",
    "evil.example:1",
    "evil.example\\",
    "u@evil.example",
    "https://evil.example",
    "https://evil.example/",
    "https://evil.example/x",
    "https://evil.example#x",
    "https://evil.example?x",
    "https://u@evil.example",
    "//evil.example",
];

/// The fields that templates may name.
pub(super) struct Fields<'a> {
    /// What a person enters, or a sign-in fills.
    pub form: &'a [FormField],
    /// What the operator enters. Believed.
    pub app: &'a [FormField],
    /// Whether there is an OAuth app, whose client id may be named.
    pub has_app: bool,
}

impl Fields<'_> {
    fn of_form(&self, name: &str) -> Option<&FormField> {
        self.form.iter().find(|field| field.name == name)
    }

    fn of_app(&self, name: &str) -> Option<&FormField> {
        self.app.iter().find(|field| field.name == name)
    }

    /// Parses a template and checks that its fields exist, and are no secrets where they must not be.
    pub fn template(
        &self,
        at: &str,
        text: &str,
        secrets: bool,
        wrong: &mut Vec<String>,
    ) -> Template {
        let template = match Template::parse(text) {
            Ok(template) => template,
            Err(error) => {
                wrong.push(format!("{at}: {error}"));
                return Template::default();
            }
        };
        for name in template.fields() {
            match self.of_form(name).or_else(|| self.of_app(name)) {
                None if self.has_app && name == CLIENT_ID_FIELD => {}
                None => wrong.push(format!("{at}: there is no form field `{name}`")),
                Some(field) if field.is_secret() && !secrets => {
                    wrong.push(format!(
                        "{at}: the field `{name}` is a secret and must not stand here"
                    ));
                }
                Some(_) => {}
            }
        }
        template
    }

    /// Parses the template of an address, and checks that whatever a person or a provider fills
    /// in, its host stays the descriptor's: tokens and client secrets go there.
    pub fn address(&self, at: &str, text: &str, wrong: &mut Vec<String>) -> Template {
        let template = self.template(at, text, false, wrong);
        let sample = self.sample(&template, None);
        let is_the_operators = template
            .fields()
            .next()
            .is_some_and(|name| text.starts_with("{{") && self.of_app(name).is_some());
        match Url::parse(&sample) {
            _ if is_the_operators => {}
            Ok(url) if url.scheme() != "https" => wrong.push(format!("{at}: must be https")),
            Ok(url) if url.fragment().is_some() || !url.username().is_empty() => {
                wrong.push(format!("{at}: must have no user and no fragment"));
            }
            Ok(_) => {}
            Err(error) => wrong.push(format!("{at}: {error} (`{sample}`)")),
        }
        for name in template.fields() {
            match self.of_form(name) {
                Some(field) if field.kind == FieldKind::Select => {}
                Some(field) if field.pattern.is_none() => wrong.push(format!(
                    "form.{name}: stands in {at} and needs a pattern, so that nobody can lead requests elsewhere"
                )),
                _ => {}
            }
        }
        self.check_hostile(at, &template, wrong);
        template
    }

    /// Names the fields by whose values the host of `template` could be changed.
    pub fn check_hostile(&self, at: &str, template: &Template, wrong: &mut Vec<String>) {
        let home = site(&self.sample(template, None));
        for name in template.fields() {
            let Some(pattern) = self.of_form(name).and_then(|field| field.pattern.as_ref()) else {
                continue;
            };
            let leads_away = |value: &&str| {
                pattern.is_match(value) && site(&self.sample(template, Some((name, value)))) != home
            };
            if let Some(value) = HOSTILE.iter().find(|value| leads_away(value)) {
                wrong.push(format!(
                    "form.{name}: its pattern lets `{value}` through, which leads {at} elsewhere"
                ));
            }
        }
    }

    /// The template, filled with values that are good for their fields; `one` has its own.
    fn sample(&self, template: &Template, one: Option<(&str, &str)>) -> String {
        let filled = template.render(|name| {
            if let Some((_, value)) = one.filter(|(other, _)| *other == name) {
                return Some(value);
            }
            let field = self.of_form(name).or_else(|| self.of_app(name));
            Some(field.map_or("sample", FormField::sample))
        });
        filled.unwrap_or_default()
    }
}

/// The last two labels of a URL's host.
fn site(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    let labels: Vec<&str> = url.host_str()?.rsplit('.').take(2).collect();
    Some(format!("{}://{}", url.scheme(), labels.join(".")))
}

/// The form as written, checked. `at` names it: `form`, `oauth.app`.
pub(super) fn form(
    at: &str,
    written: Vec<FieldDescriptor>,
    wrong: &mut Vec<String>,
) -> Vec<FormField> {
    let mut form: Vec<FormField> = Vec::new();
    for field in written {
        let at = format!("{at}.{}", field.name);
        if !Template::is_field_name(&field.name) {
            wrong.push(format!(
                "{at}: a name has capital letters, digits and underscores only"
            ));
        }
        if form.iter().any(|other| other.name == field.name) {
            wrong.push(format!("{at}: stands here twice"));
        }
        if (field.kind == FieldKind::Select) == field.options.is_empty() {
            wrong.push(format!("{at}: a select, and nothing else, has options"));
        }
        if let Some(condition) = &field.show_if
            && !form.iter().any(|other| other.name == condition.field)
        {
            wrong.push(format!(
                "{at}.show_if: there is no field `{}` before it",
                condition.field
            ));
        }
        // The whole value must match, whatever the pattern's author thought of.
        let pattern = field.pattern.and_then(|text| {
            let pattern = pattern(&format!("^(?:{text})$"));
            pattern
                .map_err(|error| wrong.push(format!("{at}.pattern: {error}")))
                .ok()
        });
        form.push(FormField {
            name: field.name,
            kind: field.kind,
            label: field.label,
            placeholder: field.placeholder,
            help: field.help,
            required: field.required,
            pattern,
            options: field.options,
            default: field.default,
            prefix: field.prefix,
            suffix: field.suffix,
            multiline: field.multiline,
            show_if: field.show_if,
        });
    }
    form
}

/// The pattern that `text` is. Connectors have few different ones, and making one takes longer than
/// reading the rest of a descriptor: so each is made once, and shared.
fn pattern(text: &str) -> Result<Regex, regex::Error> {
    static MADE: LazyLock<Mutex<HashMap<String, Regex>>> = LazyLock::new(Mutex::default);
    let kept = || MADE.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(pattern) = kept().get(text) {
        return Ok(pattern.clone());
    }
    let pattern = Regex::new(text)?;
    let mut kept = kept();
    if kept.len() >= MOST_PATTERNS {
        kept.clear();
    }
    kept.insert(text.to_owned(), pattern.clone());
    Ok(pattern)
}

/// The field that a token given by hand is entered in.
pub(super) fn access_token_field() -> FormField {
    FormField {
        name: ACCESS_TOKEN_FIELD.to_owned(),
        kind: FieldKind::Password,
        label: "Access token".to_owned(),
        placeholder: String::new(),
        help: "An OAuth 2 access token that the provider has issued".to_owned(),
        required: true,
        pattern: None,
        options: Vec::new(),
        default: None,
        prefix: String::new(),
        suffix: String::new(),
        multiline: false,
        show_if: None,
    }
}
