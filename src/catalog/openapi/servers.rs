//! Where an API is.

use url::Url;

use super::refs::{At, Reader};
use super::tree::Node;

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
    /// The URL with every variable at its default.
    pub fn by_default(&self) -> String {
        let fill = |url: String, variable: &Variable| {
            url.replace(&format!("{{{}}}", variable.name), &variable.default)
        };
        let url = self.variables.iter().fold(self.url.clone(), fill);
        url.trim_end_matches('/').to_owned()
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
    Some(self::server(server.node)?.by_default())
}

fn server(node: &Node) -> Option<Server> {
    let url = node.text_of("url")?.trim().trim_end_matches('/');
    let variables = node.get("variables").into_iter().flat_map(Node::entries);
    let variables = variables.take(20).map(|(name, variable)| Variable {
        name: name.to_string(),
        default: variable
            .get("default")
            .and_then(Node::scalar)
            .unwrap_or_default(),
        allowed: variable
            .get("enum")
            .into_iter()
            .flat_map(|values| values.items().iter().filter_map(Node::scalar))
            .take(40)
            .collect(),
    });
    Some(Server {
        url: url.chars().take(500).collect(),
        variables: variables.collect(),
    })
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
