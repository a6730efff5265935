//! Where a connector's requests go.

use url::Url;

use super::toml_text::Field;
use crate::catalog::openapi::{Document, Refusal, Server, Variable};

/// What a person may enter for a part of a host.
const PART_OF_HOST: &str = "[A-Za-z0-9][A-Za-z0-9-]{0,62}";
/// What a person may enter for a part of a path.
const PART_OF_PATH: &str = "[A-Za-z0-9][A-Za-z0-9_-]{0,62}";

/// A connector's base URL.
#[derive(Debug)]
pub struct Base {
    /// As the descriptor has it; may name form fields.
    pub url: String,
    /// Those fields.
    pub form: Vec<Field>,
    /// The document's server with its variables at their defaults; nothing if a person enters it.
    plain: Option<String>,
}

impl Base {
    /// The path below the base URL of what is at `path` below `server`.
    pub fn path(&self, server: Option<&str>, path: &str) -> Option<String> {
        let (Some(server), Some(plain)) = (server, &self.plain) else {
            return Some(path.to_owned());
        };
        if !server.contains("://") {
            return Some(path.to_owned());
        }
        let server = server.replacen("http://", "https://", 1);
        let whole = format!("{}{path}", server.trim_end_matches('/'));
        let rest = whole.strip_prefix(plain.as_str())?;
        rest.starts_with('/').then(|| rest.to_owned())
    }

    /// The absolute form of an address that may be relative to the base URL.
    pub fn absolute(&self, address: &str) -> Option<String> {
        let address = match Url::parse(address) {
            Ok(url) => url,
            Err(_) => Url::parse(self.plain.as_deref()?)
                .ok()?
                .join(address)
                .ok()?,
        };
        let is_good = address.scheme() == "https" && address.fragment().is_none();
        is_good.then(|| address.to_string())
    }
}

/// The base URL of `document`, or the one that is `wished` for.
///
/// # Errors
/// What was wished for is no base URL.
pub fn base(
    document: &Document,
    wished: Option<&str>,
    notes: &mut Vec<String>,
) -> Result<Base, Refusal> {
    if let Some(url) = wished {
        return of_wish(url);
    }
    let is_good = |server: &&Server| is_absolute(server);
    let mut good = document.servers.iter().filter(is_good);
    let Some(server) = good.next() else {
        let path = document.servers.first().map_or("", |server| &server.url);
        notes.push("the document names no server: whoever connects enters the address".to_owned());
        return Ok(entered(path, ""));
    };
    if server.url.starts_with("http://") {
        notes.push("the document's server is an http address; https is used".to_owned());
    }
    let sample = server.by_default().unwrap_or_default();
    let whole = || entered(path_of(&server.url), &sample);
    let (url, form) = match with_fields(server) {
        Ok(with_fields) => with_fields,
        Err(HostVaries) => {
            notes.push("the host varies: whoever connects enters the address".to_owned());
            return Ok(whole());
        }
    };
    if url.replace("{{", "").contains('{') || Url::parse(&url.replace(['{', '}'], "")).is_err() {
        return Ok(whole());
    }
    Ok(Base {
        url: url.trim_end_matches('/').to_owned(),
        form,
        plain: Some(sample.replacen("http://", "https://", 1)),
    })
}

/// A variable stands for more of the host than a form field may.
struct HostVaries;

/// The server's URL with its variables at their defaults or as form fields, and those fields.
fn with_fields(server: &Server) -> Result<(String, Vec<Field>), HostVaries> {
    let mut url = server.url.replacen("http://", "https://", 1);
    let mut form = Vec::new();
    for variable in &server.variables {
        let braced = format!("{{{}}}", variable.name);
        let Some(at) = url.find(&braced) else {
            continue;
        };
        let in_host = url
            .get(..at)
            .is_some_and(|before| before.matches('/').count() < 3);
        if is_fixed(variable, in_host) {
            url = url.replace(&braced, &variable.default);
            continue;
        }
        if in_host && (variable.default.contains(['.', ':', '/']) || is_alone(&url, &braced)) {
            return Err(HostVaries);
        }
        let field = field(variable, in_host);
        url = url.replace(&braced, &format!("{{{{{}}}}}", field.name));
        form.push(field);
    }
    Ok((url, form))
}

fn of_wish(url: &str) -> Result<Base, Refusal> {
    let url = url.trim_end_matches('/');
    let parsed = Url::parse(url)
        .ok()
        .filter(|parsed| parsed.scheme() == "https" && has_no_more_than_a_path(parsed));
    if parsed.is_none() {
        let why = "the base URL must be an https address without user, query and fragment";
        return Err(Refusal::new("/servers", why));
    }
    Ok(Base {
        url: url.to_owned(),
        form: Vec::new(),
        plain: None,
    })
}

fn is_absolute(server: &Server) -> bool {
    let url = server.by_default().and_then(|url| Url::parse(&url).ok());
    url.is_some_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && has_no_more_than_a_path(&url)
            && url
                .host_str()
                .is_some_and(|host| !matches!(host, "localhost" | "127.0.0.1"))
    })
}

/// Whether there is neither user nor query nor fragment.
fn has_no_more_than_a_path(url: &Url) -> bool {
    url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none()
}

/// Whether everybody has the same.
fn is_fixed(variable: &Variable, in_host: bool) -> bool {
    let only_one = variable.allowed.len() == 1;
    let name = variable.name.to_ascii_lowercase();
    let technical = [
        "port",
        "protocol",
        "scheme",
        "version",
        "basepath",
        "base_path",
        "apiversion",
    ];
    !variable.default.is_empty()
        && (only_one
            || technical.contains(&name.as_str())
            || (!in_host && variable.allowed.is_empty()))
}

/// Whether the variable is the whole host.
fn is_alone(url: &str, braced: &str) -> bool {
    let host = url.split("://").nth(1).unwrap_or(url);
    host.split(['/', ':']).next() == Some(braced)
}

fn path_of(url: &str) -> &str {
    let host = url.split_once("://").map_or(url, |(_, rest)| rest);
    host.find('/')
        .and_then(|at| host.get(at..))
        .unwrap_or_default()
}

/// For a base URL that a person enters whole.
fn entered(path: &str, sample: &str) -> Base {
    let path = path.trim_end_matches('/');
    let end = match path {
        "" => String::new(),
        _ if path.contains(['{', ' ']) => String::new(),
        path => format!(", with `{path}` at its end"),
    };
    let placeholder = match sample {
        sample if sample.starts_with("https://") && !sample.contains('{') => sample.to_owned(),
        _ => "https://".to_owned(),
    };
    Base {
        url: "{{BASE_URL}}".to_owned(),
        form: vec![Field {
            name: "BASE_URL".to_owned(),
            label: "Address".to_owned(),
            kind: "url",
            help: format!("The address of the API{end}."),
            placeholder,
            ..Field::default()
        }],
        plain: None,
    }
}

fn field(variable: &Variable, in_host: bool) -> Field {
    let plain = |text: &&String| {
        text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.len() <= 63
    };
    let name = field_name(&variable.name);
    let label = name.to_lowercase().replace('_', " ");
    let (first, others) = label.split_at_checked(1).unwrap_or_default();
    let all = Field {
        label: format!("{}{others}", first.to_uppercase()),
        help: "A part of the API's address.".to_owned(),
        name,
        ..Field::default()
    };
    let options: Vec<String> = variable.allowed.iter().filter(plain).cloned().collect();
    let default = Some(&variable.default).filter(plain).cloned();
    let default = default.unwrap_or_default();
    if options.len() > 1 {
        // What a document has for others' accounts is nobody's.
        let is_option = options.contains(&default);
        return Field {
            kind: "select",
            default: if is_option { default } else { String::new() },
            options,
            ..all
        };
    }
    Field {
        pattern: if in_host { PART_OF_HOST } else { PART_OF_PATH },
        placeholder: default,
        ..all
    }
}

/// `accountId` as a field's name: `ACCOUNT_ID`.
fn field_name(variable: &str) -> String {
    let has_humps = variable.contains(|c: char| c.is_ascii_lowercase());
    let name: String = variable
        .chars()
        .flat_map(|c| {
            let hump = c.is_ascii_uppercase() && has_humps;
            let plain = if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            };
            hump.then_some('_').into_iter().chain([plain])
        })
        .collect();
    let name = name.trim_matches('_');
    match name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => name.to_owned(),
        false => format!("SERVER_{name}"),
    }
}
