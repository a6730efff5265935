//! `/llms.txt`: what is here, for programs that read (llmstxt.org).

use actix_web::http::header::ContentType;
use actix_web::{HttpResponse, web};

use super::PublicUrl;

/// `GET /llms.txt`: what is here and where, in Markdown, for models.
#[utoipa::path(get, path = "/llms.txt", tag = "operations", responses((status = 200, content_type = "text/plain", body = String)))]
pub async fn serve(public_url: web::Data<PublicUrl>) -> HttpResponse {
    HttpResponse::Ok()
        .content_type(ContentType::plaintext())
        .body(text(&public_url.0))
}

fn text(url: &str) -> String {
    format!(
        "# Magpie

> A vault of API connections. People connect their accounts at other services once; programs and agents then \
call those services' APIs through Magpie, which signs each request. Nobody who calls ever handles a credential.

Every call needs an API key: `x-pica-secret: sk_…`, or `Authorization: Bearer sk_…` at `/mcp`. To do something: \
list the connections, search the platform's actions, read the action's knowledge, then call it, with the \
connection's key.

## For agents

- [MCP server]({url}/mcp): Model Context Protocol over streamable HTTP; its tools list connections, search actions, \
tell how they are called and execute them. `{url}/mcp/{{toolset}}` is the same within a named set
- stdio: `magpie mcp --url {url}` with the key in `MAGPIE_API_KEY`, for clients that start a program

## API

- [OpenAPI description]({url}/openapi.json): every endpoint, its parameters and answers
- [Connections]({url}/v1/vault/connections): the accounts that are connected; `?platform=` and `?identity=` narrow it
- [Connectors]({url}/v1/available-connectors): the services that can be connected
- [Actions of a platform]({url}/v1/available-actions/gmail): with any platform's name instead of `gmail`
- [Search actions]({url}/v1/available-actions/search/gmail?query=send%20an%20email): best match first
- [Knowledge]({url}/v1/knowledge?connectionPlatform=gmail): how actions are called, in Markdown; `?_id=` for one
- Passthrough: `{url}/v1/passthrough/{{path}}` with the headers `x-pica-connection-key` and `x-pica-action-id` sends \
the request to the connection's provider

## Optional

- [Public list of connectors]({url}/v1/public/connection-definitions): needs no key
- [Health]({url}/health): whether the server is up
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_the_format_and_nothing_but_our_own_addresses() {
        let text = text("https://magpie.example.com/x");
        let mut lines = text.lines().filter(|line| !line.is_empty());
        assert_eq!(lines.next(), Some("# Magpie"));
        assert!(lines.next().unwrap().starts_with("> "));
        assert!(text.contains("\n## API\n"));
        for address in text.split("](").skip(1) {
            assert!(
                address.starts_with("https://magpie.example.com/x/"),
                "{address}"
            );
        }
    }
}
