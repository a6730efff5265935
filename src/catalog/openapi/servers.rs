//! Where an API is.

use url::Url;

use super::refs::{At, Reader};
use super::told::is_short;
use super::tree::Node;

/// A longer URL is no address, in bytes.
const MAX_URL: usize = 2_000;

/// One address of an API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server {
    /// The URL, in which `{name}` stands for a variable. Without a slash at its end.
    pub url: String,
    /// Its variables.
    pub variables: Vec<Variable>,
}

/// A variable of a server's URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// What it is unless said otherwise.
    pub default: String,
    /// The only values that it may have; none for any.
    pub allowed: Vec<String>,
}

impl Server {
    /// The URL with every variable at its default; nothing if it is too long then.
    ///
    /// Once through: what a default has in braces is no variable, or a few would make a text that
    /// no memory holds.
    pub fn by_default(&self) -> Option<String> {
        let mut url = String::new();
        let mut rest = self.url.as_str();
        while let Some((before, after)) = rest.split_once('{') {
            url.push_str(before);
            let known = after.split_once('}').and_then(|(name, behind)| {
                let mut variables = self.variables.iter();
                let variable = variables.find(|variable| variable.name == name)?;
                Some((variable, behind))
            });
            rest = match known {
                Some((variable, behind)) => {
                    url.push_str(&variable.default);
                    behind
                }
                None => {
                    url.push('{');
                    after
                }
            };
            if url.len() > MAX_URL {
                return None;
            }
        }
        url.push_str(rest);
        (url.len() <= MAX_URL).then(|| url.trim_end_matches('/').to_owned())
    }
}

/// The servers of a document. Relative ones are so to `origin`, where it was read.
pub fn servers(reader: &Reader<'_>, origin: &str) -> Vec<Server> {
    let root = reader.root();
    let mut servers: Vec<Server> = root
        .get("servers")
        .into_iter()
        .flat_map(At::items)
        .take(50)
        .filter_map(|at| server(at.node))
        .collect();
    servers.extend(of_swagger(root.node));
    for server in &mut servers {
        server.url = absolute(&server.url, origin);
    }
    servers
}

/// The first server that is said at `at`, an operation or a path.
pub fn own(reader: &Reader<'_>, at: At<'_>) -> Option<String> {
    reader.step();
    let server = at.get("servers")?.items().next()?;
    server.node.text_of("url")?;
    self::server(server.node)?.by_default()
}

fn server(node: &Node) -> Option<Server> {
    let url = node.text_of("url")?.trim().trim_end_matches('/');
    let variables = node.get("variables").into_iter().flat_map(Node::entries);
    let variables = variables
        .take(20)
        .filter(|(name, _)| is_short(name) && !name.contains(['{', '}']))
        .map(|(name, written)| variable(name, written));
    Some(Server {
        url: url.chars().take(500).collect(),
        variables: variables.collect(),
    })
}

fn variable(name: &str, written: &Node) -> Variable {
    let values = written.get("enum").map(Node::items).unwrap_or_default();
    let plain = |value: &Node| value.short().filter(|text| !text.contains('{'));
    Variable {
        name: name.to_owned(),
        default: written.get("default").and_then(plain).unwrap_or_default(),
        allowed: values.iter().take(40).filter_map(plain).collect(),
    }
}

/// `schemes`, `host` and `basePath` of Swagger 2.
fn of_swagger(root: &Node) -> Option<Server> {
    root.get("swagger")?;
    let path = root.text_of("basePath").unwrap_or_default();
    let path = path.trim_matches('/');
    let url = match root.text_of("host") {
        Some(host) => {
            let schemes = root.get("schemes").map(Node::items).unwrap_or_default();
            let only_http =
                !schemes.is_empty() && schemes.iter().all(|scheme| scheme.text() == Some("http"));
            let scheme = if only_http { "http" } else { "https" };
            format!("{scheme}://{host}/{path}")
        }
        None => format!("/{path}"),
    };
    Some(Server {
        url: url.trim_end_matches('/').to_owned(),
        variables: Vec::new(),
    })
}

fn absolute(url: &str, origin: &str) -> String {
    if url.contains("://") || url.starts_with('{') {
        return url.to_owned();
    }
    if let Some(rest) = url.strip_prefix("//") {
        return format!("https://{rest}");
    }
    let joined = Url::parse(origin).and_then(|origin| origin.join(url));
    joined.map_or_else(
        |_| url.to_owned(),
        // `join` would escape the braces.
        |joined| {
            let joined = joined.to_string().replace("%7B", "{").replace("%7D", "}");
            joined.trim_end_matches('/').to_owned()
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(url: &str, variables: &[(&str, &str)]) -> Server {
        let variables = variables.iter().map(|(name, default)| Variable {
            name: (*name).to_owned(),
            default: (*default).to_owned(),
            allowed: Vec::new(),
        });
        Server {
            url: url.to_owned(),
            variables: variables.collect(),
        }
    }

    #[test]
    fn variables_are_filled_in_once_through() {
        let bomb = server(
            "https://{a}",
            &[("a", "{b}{b}"), ("b", "{c}{c}"), ("c", "x")],
        );
        assert_eq!(bomb.by_default().as_deref(), Some("https://{b}{b}"));
        let two = server("https://{a}.x/{b}/{c}/", &[("a", "eu"), ("b", "v1")]);
        assert_eq!(two.by_default().as_deref(), Some("https://eu.x/v1/{c}"));
    }

    #[test]
    fn an_address_that_defaults_make_too_long_is_none() {
        let long = "x".repeat(200);
        let url = format!("https://h/{}", "{a}".repeat(20));
        assert_eq!(server(&url, &[("a", &long)]).by_default(), None);
    }
}
