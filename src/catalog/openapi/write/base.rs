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
    let mut url = server.url.replacen("http://", "https://", 1);
    if url != server.url {
        notes.push("the document's server is an http address; https is used".to_owned());
    }
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
            notes.push("the host varies: whoever connects enters the address".to_owned());
            return Ok(entered(path_of(&server.url), &server.by_default()));
        }
        let field = field(variable, in_host);
        url = url.replace(&braced, &format!("{{{{{}}}}}", field.name));
        form.push(field);
    }
    if url.replace("{{", "").contains('{') || Url::parse(&url.replace(['{', '}'], "")).is_err() {
        return Ok(entered(path_of(&server.url), &server.by_default()));
    }
    Ok(Base {
        url: url.trim_end_matches('/').to_owned(),
        form,
        plain: Some(server.by_default().replacen("http://", "https://", 1)),
    })
}

fn of_wish(url: &str) -> Result<Base, Refusal> {
    let url = url.trim_end_matches('/');
    let parsed = Url::parse(url).ok().filter(|parsed| {
        parsed.scheme() == "https" && parsed.query().is_none() && parsed.fragment().is_none()
    });
    if parsed.is_none() {
        let why = "the base URL must be an https address without query and fragment";
        return Err(Refusal::new("/servers", why));
    }
    Ok(Base {
        url: url.to_owned(),
        form: Vec::new(),
        plain: None,
    })
}

fn is_absolute(server: &Server) -> bool {
    let url = server.by_default();
    Url::parse(&url).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url
                .host_str()
                .is_some_and(|host| !matches!(host, "localhost" | "127.0.0.1"))
    })
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
    let pattern = if in_host { PART_OF_HOST } else { PART_OF_PATH };
    let plain = |text: &str| {
        text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
            && text.starts_with(|c: char| c.is_ascii_alphanumeric())
            && text.len() <= 63
    };
    let name: String = variable
        .name
        .chars()
        .flat_map(|c| {
            let hump =
                c.is_ascii_uppercase() && variable.name.chars().any(|c| c.is_ascii_lowercase());
            let plain = if c.is_ascii_alphanumeric() {
                c.to_ascii_uppercase()
            } else {
                '_'
            };
            hump.then_some('_').into_iter().chain([plain])
        })
        .collect();
    let name = name.trim_matches('_');
    let name = match name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        true => name.to_owned(),
        false => format!("SERVER_{name}"),
    };
    let options: Vec<String> = variable
        .allowed
        .iter()
        .filter(|text| plain(text))
        .cloned()
        .collect();
    let default = Some(&variable.default)
        .filter(|text| plain(text))
        .cloned()
        .unwrap_or_default();
    let is_select = options.len() > 1;
    let label = name.to_lowercase().replace('_', " ");
    Field {
        label: format!(
            "{}{}",
            label.get(..1).unwrap_or_default().to_uppercase(),
            label.get(1..).unwrap_or_default()
        ),
        kind: if is_select { "select" } else { "" },
        help: "A part of the API's address.".to_owned(),
        pattern: if is_select { "" } else { pattern },
        placeholder: if is_select {
            String::new()
        } else {
            default.clone()
        },
        // What a document has for others' accounts is nobody's.
        default: if is_select && options.contains(&default) {
            default
        } else {
            String::new()
        },
        options: if is_select { options } else { Vec::new() },
        name,
        optional: false,
    }
}
